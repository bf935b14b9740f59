import { computed } from "@preact/signals";
import { stageEn } from "./stage_en";
import { type StageWords, stageZh } from "./stage_zh";
import { language } from "./words";

export const stageWords = computed<StageWords>(() => (language.value === "en" ? stageEn : stageZh));
