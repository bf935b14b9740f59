import { computed } from "@preact/signals";
import { language } from "../i18n/words";
import { en, zh } from "./texts";

export const playerWords = computed(() => (language.value === "en" ? en : zh));
