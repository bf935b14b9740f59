import { computed } from "@preact/signals";
import { runEn } from "./run_en";
import { type RunWords, runZh } from "./run_zh";
import { language } from "./words";

export const runWords = computed<RunWords>(() => (language.value === "en" ? runEn : runZh));
