import { computed, signal } from "@preact/signals";
import { first, keep, type Language, other, read, type Spoken } from "./language";
import type { Words } from "./zh-CN";

export type { Language } from "./language";

const spoken = signal<Spoken | null>(null);

export const language = computed<Language>(() => spoken.value?.language ?? "zh-CN");

/** There once `ready`: nothing is shown before. */
export const words = computed<Words>(() => {
  if (!spoken.value) throw new Error("the words were asked for before they were read");
  return spoken.value.words;
});

function speak(said: Spoken): void {
  spoken.value = said;
  document.documentElement.lang = said.language;
}

export const ready: Promise<void> = first.then(speak);

/** Rejects if the words of the other language cannot be fetched; then the page stays as it is. */
export async function switchLanguage(): Promise<void> {
  const next = other(language.value);
  speak({ language: next, words: await read(next) });
  keep(next);
}

/** A count as people write it: 1,024. */
export const figure = (count: number): string => count.toLocaleString(language.value);

/** The words for an error code, also one that this page does not know yet. */
export function explain(code: string): string {
  const { errors } = words.value;
  return code in errors ? errors[code as keyof typeof errors] : errors.internal;
}
