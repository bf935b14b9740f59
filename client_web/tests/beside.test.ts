import { describe, expect, it } from "vitest";
import { beside } from "../src/i18n/beside";
import { staffZh } from "../src/i18n/staff_zh";
import { zhCN } from "../src/i18n/zh-CN";

describe("words beside each other", () => {
  it("have a space where figures or letters meet Chinese, and none between Chinese", () => {
    expect(beside("11月29日", "前有效")).toBe("11月29日前有效");
    expect(beside("14:20", "前有效")).toBe("14:20 前有效");
    expect(beside("来自", "Matrix")).toBe("来自 Matrix");
    expect(beside("来自", "企业微信")).toBe("来自企业微信");
    expect(beside("", "前有效")).toBe("前有效");
  });

  it("are so in every sentence that takes a word, not a count", () => {
    const sentences = [zhCN, staffZh].flatMap((words) => Object.entries(words)).flatMap(([key, value]) => {
      if (typeof value !== "function" || !TAKES_A_WORD.test(String(value))) return [];
      const said = (value as (given: string) => unknown)("词");
      return typeof said === "string" ? [{ key, said }] : [];
    });
    expect(sentences.length).toBeGreaterThan(10);
    expect(sentences.filter(({ said }) => /[\u4e00-\u9fff] 词|词 [\u4e00-\u9fff]/.test(said))).toEqual([]);
  });
});

const TAKES_A_WORD = /^\(?(name|role|network|date|when|title|label|question)\)? =>/;
