import { computed } from "@preact/signals";
import { consoleEn } from "./console_en";
import { consoleZh } from "./console_zh";
import { language, words as shared } from "./words";

export { explain, figure, language } from "./words";

/** The words of all pages, and those of the console. */
export const words = computed(() => {
  const own = language.value === "en" ? consoleEn : consoleZh;
  return { ...shared.value, ...own, gifts: { ...shared.value.gifts, ...own.gifts } };
});
