import { computed } from "@preact/signals";
import { language } from "../i18n/console_words";
import { en, zh } from "./stream_texts";

export const streamWords = computed(() => (language.value === "en" ? en : zh));
