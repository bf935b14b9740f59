import { computed } from "@preact/signals";
import { peopleEn } from "./people_en";
import { type PeopleWords, peopleZh } from "./people_zh";
import { language } from "./words";

export const peopleWords = computed<PeopleWords>(() => (language.value === "en" ? peopleEn : peopleZh));
