import { describe, expect, it } from "vitest";
import type { LoggedEvent } from "../src/room/messages";
import page from "../../docs/how-to/add-an-activity.md?raw";
import { applause } from "./example/applause";

const sources = import.meta.glob<string>("./example/*", { query: "?raw", import: "default", eager: true });

describe("the example of docs/how-to/add-an-activity.md", () => {
  it("shows how loud it is", () => {
    const loud = applause.hear?.(applause.read({ claps: 3 }), "applause.level", { claps: 5 }) ?? applause.read(undefined);
    expect(loud).toEqual({ claps: 5 });
    expect(applause.apply(loud, { type: "applause.cleared" } as unknown as LoggedEvent)).toEqual({ claps: 0 });
  });

  it("stands on the page as it runs", () => {
    const quotes = Array.from(page.matchAll(/<!-- from client_web\/tests\/(\S+) -->\n```tsx?\n([\s\S]*?)```/g));
    expect(quotes.map((quote) => `./${quote[1]}`)).toEqual(Object.keys(sources));
    for (const [, path, shown] of quotes) {
      const code = sources[`./${path}`] ?? "";
      expect(shown).toBe(code.replaceAll("../../src/", "../").replaceAll('"./applause"', '"../room/activities/applause"'));
    }
  });
});
