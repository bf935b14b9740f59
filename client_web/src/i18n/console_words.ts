import { computed } from "@preact/signals";
import { consoleEn } from "./console_en";
import { consoleZh } from "./console_zh";
import { language, words as shared } from "./words";

export { explain, figure, language } from "./words";

/** The words of all pages, and those of the console. */
export const words = computed(() => ({ ...shared.value, ...(language.value === "en" ? consoleEn : consoleZh) }));
