const CHINESE = /[\u2e80-\uffef]/;

/** Words beside each other: a space where letters or figures meet Chinese ones, none between two Chinese ones. */
export function beside(...parts: readonly (string | number)[]): string {
  return parts.map(String).filter(Boolean).reduce((before, after) => {
    const chinese = CHINESE.test(before.slice(-1)) && CHINESE.test(after.slice(0, 1));
    return chinese ? before + after : `${before} ${after}`;
  });
}
