const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** A fresh id of 16 characters. (randomUUID is missing on plain http, where a shop's demo runs.) */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => LETTERS[byte % 36]).join("");
}
