/** Half a character, as cutting an emoji leaves it. It means nothing, and no server takes it. */
const HALF = /\p{Surrogate}/gu;

/** Without half characters: what is left can be sent. */
export const wellFormed = (text: string): string => text.replace(HALF, "");

/** A value for the wire with all its texts well formed. */
export function sendable<Value>(value: Value): Value {
  if (typeof value === "string") return wellFormed(value) as Value;
  if (Array.isArray(value)) return value.map(sendable) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, sendable(one)])) as Value;
}

/** How long the server finds a text: in characters, of which an emoji may be one or several. */
export const lengthOf = (text: string): number => Array.from(wellFormed(text.trim())).length;

/** A part of an address as it was meant; one that is no proper escape is taken as it stands. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** At most so many characters, none of them cut in two. */
export function cut(text: string, most: number): string {
  // No text has more characters than units, so nearly all need not be looked at.
  return text.length <= most ? text : Array.from(text).slice(0, most).join("");
}
