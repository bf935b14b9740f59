import type { Activity } from "../activity";
import type { WordsView } from "../messages";

/** The words that the room filters; told to hosts only. */
export interface WordsState {
  readonly words: readonly string[];
}

/** Words as they are compared here: enough to find those that were taken off the list as they stand on it. */
const without = (words: readonly string[], gone: readonly string[]): readonly string[] => {
  const looks = (word: string) => word.normalize("NFKC").toLowerCase().replace(/[\s\p{P}\p{Cf}]/gu, "");
  const left = new Set(gone.map(looks));
  return words.filter((word) => !left.has(looks(word)));
};

export const filter: Activity<WordsState> = {
  name: "words",
  read: (view) => ({ words: (view as WordsView | undefined)?.words ?? [] }),
  apply(state, event) {
    switch (event.type) {
      case "words.added":
        return event.data ? { words: [...state.words, ...event.data.words] } : state;
      case "words.removed":
        return event.data ? { words: without(state.words, event.data.words) } : state;
      case "words.cleared":
        return { words: [] };
      default:
        return state;
    }
  },
};

const MOST = 500;
const BYTES = 8_000;

/** What somebody pasted, one word a line or between commas, as lists that each fit into one command. */
export function wordLists(pasted: string): string[][] {
  const words = [...new Set(pasted.split(/[\n,，、;；\t]+/).map((word) => word.trim()))].filter(Boolean);
  const lists: string[][] = [];
  let last: string[] = [];
  let bytes = 0;
  for (const word of words) {
    const length = new TextEncoder().encode(word).length + 3;
    if (!lists.length || last.length >= MOST || bytes + length > BYTES) {
      last = [];
      bytes = 0;
      lists.push(last);
    }
    last.push(word);
    bytes += length;
  }
  return lists;
}
