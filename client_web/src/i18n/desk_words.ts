import { computed } from "@preact/signals";
import { deskEn } from "./desk_en";
import { type DeskWords, deskZh } from "./desk_zh";
import { language } from "./words";

export const deskWords = computed<DeskWords>(() => (language.value === "en" ? deskEn : deskZh));
