import { device } from "../room/storage";
import type { Words } from "./zh-CN";

export type Language = "zh-CN" | "en";

/** Fetched when they are wanted: a phone loads one language. */
const READ: Record<Language, () => Promise<Words>> = {
  "zh-CN": () => import("./zh-CN").then(({ zhCN }) => zhCN),
  en: () => import("./en").then(({ en }) => en),
};
const KEPT = "showfloor.language";
const AGAIN = 3_000;

export const other = (language: Language): Language => (language === "en" ? "zh-CN" : "en");

export const read = (language: Language): Promise<Words> => READ[language]();

function preferred(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "en" || asked === "zh-CN") return asked;
  const kept = device.get<Language>(KEPT);
  if (kept && Object.hasOwn(READ, kept)) return kept;
  return navigator.languages.some((one) => one.toLowerCase().startsWith("zh")) ? "zh-CN" : "en";
}

export const keep = (language: Language): void => device.set(KEPT, language);

export interface Spoken {
  language: Language;
  words: Words;
}

async function begin(language: Language): Promise<Spoken> {
  try {
    return { language, words: await read(language) };
  } catch {
    // Words that can hardly be read are better than none.
    return { language: other(language), words: await read(other(language)) };
  }
}

/**
 * The words in which a page begins. The pages load this file by itself, beside what they are made of: the words are
 * under way while the rest still comes, and nobody waits for one more round trip.
 */
export const first: Promise<Spoken> = begin(preferred()).catch(
  () =>
    new Promise<Spoken>(() => {
      // A browser may never ask for the same file again, but for a page that is loaded anew.
      setTimeout(() => location.reload(), AGAIN);
    }),
);
