import { computed, signal } from "@preact/signals";
import { device } from "../room/storage";
import { en } from "./en";
import { type Words, zhCN } from "./zh-CN";

export type Language = "zh-CN" | "en";

const DICTIONARIES: Record<Language, Words> = { "zh-CN": zhCN, en };
const KEPT = "showfloor.language";

function preferred(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "en" || asked === "zh-CN") return asked;
  const kept = device.get<Language>(KEPT);
  if (kept && kept in DICTIONARIES) return kept;
  return navigator.languages.some((one) => one.toLowerCase().startsWith("zh")) ? "zh-CN" : "en";
}

export const language = signal<Language>(preferred());
export const words = computed<Words>(() => DICTIONARIES[language.value]);

language.subscribe((value) => {
  document.documentElement.lang = value;
});

export function switchLanguage(): void {
  language.value = language.value === "en" ? "zh-CN" : "en";
  device.set(KEPT, language.value);
}

/** A count as people write it: 1,024. */
export const figure = (count: number): string => count.toLocaleString(language.value);

/** The words for an error code, also one that this page does not know yet. */
export function explain(code: string): string {
  const { errors } = words.value;
  return code in errors ? errors[code as keyof typeof errors] : errors.internal;
}
