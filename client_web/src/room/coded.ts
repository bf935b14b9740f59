/** A code as people type it, made as it is shown: capitals, nothing but letters and figures, a hyphen in the middle. */
export function coded(typed: string, length: number): string {
  // A Chinese keyboard may give full-width letters.
  const plain = typed.normalize("NFKC").toUpperCase().replace(/[^0-9A-Z]/g, "").slice(0, length);
  const half = length / 2;
  return plain.length > half ? `${plain.slice(0, half)}-${plain.slice(half)}` : plain;
}
