import { describe, expect, it } from "vitest";
import { initial } from "../src/chat/initial";
import { consoleEn } from "../src/i18n/console_en";
import { consoleZh } from "../src/i18n/console_zh";
import { en } from "../src/i18n/en";
import { peopleEn } from "../src/i18n/people_en";
import { peopleZh } from "../src/i18n/people_zh";
import { stageEn } from "../src/i18n/stage_en";
import { stageZh } from "../src/i18n/stage_zh";
import { zhCN } from "../src/i18n/zh-CN";
import { clockFace } from "../src/parts/clock_face";
import { masked } from "../src/wall/masked";

/** All texts, with functions called with plain numbers. */
function texts(words: object): string[] {
  return Object.values(words).flatMap((value: unknown) => {
    if (typeof value === "function") return [String((value as (...counts: number[]) => unknown)(3, 4))];
    return typeof value === "object" && value !== null ? texts(value) : [String(value)];
  });
}

/** Where a text stands: "errors.closed". */
const keys = (words: object, before = ""): string[] =>
  Object.entries(words).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null ? keys(value, `${before}${key}.`) : [`${before}${key}`],
  );

describe("words", () => {
  it("are the same in both languages, for a page has but one of them", () => {
    const pairs = [
      [zhCN, en],
      [consoleZh, consoleEn],
      [peopleZh, peopleEn],
      [stageZh, stageEn],
    ] as const;
    for (const [chinese, english] of pairs) expect(keys(english).sort()).toEqual(keys(chinese).sort());
  });

  it("say something in both languages", () => {
    for (const words of [zhCN, en, consoleZh, consoleEn, peopleZh, peopleEn, stageZh, stageEn]) {
      const silent = texts(words).filter((text) => text.includes("undefined"));
      expect(silent).toEqual([]);
    }
  });

  it("keep Chinese out of the English ones, but for the switch and names", () => {
    const { switch_language, other_language, ...rest } = { ...en, ...consoleEn, people: peopleEn };
    expect([switch_language, other_language].every((text) => /\p{Script=Han}/u.test(text))).toBe(true);
    expect(texts([rest, stageEn]).filter((text) => /\p{Script=Han}/u.test(text))).toEqual([]);
  });

  it("use Chinese punctuation between Chinese words", () => {
    expect(texts([zhCN, consoleZh, peopleZh, stageZh]).filter((text) => /\p{Script=Han}[,;?!:]/u.test(text))).toEqual([]);
  });
});

describe("small faces", () => {
  it("show what is left of a time", () => {
    expect([0, 200, 24_000, 725_000, 3_723_000].map(clockFace)).toEqual(["00:00", "00:01", "00:24", "12:05", "1:02:03"]);
  });

  it("tell those apart who are all called 小-something", () => {
    expect(["小木", "小圆", "老周", "阿哲", "朵朵妈妈", "Leo", "小", "小*", ""].map(initial)).toEqual([
      "木",
      "圆",
      "周",
      "哲",
      "朵",
      "L",
      "小",
      "小",
      "·",
    ]);
  });

  it("mask the audience, but nobody who works here", () => {
    const by = { id: "u", name: "小王", role: "attendee" as const };
    expect(masked(by)).toBe("小*");
    expect(masked({ ...by, name: "Emma" })).toBe("E*");
    expect(masked({ ...by, name: "𠮷野家" })).toBe("𠮷*");
    expect(masked({ ...by, role: "host" })).toBe("小王");
  });
});
