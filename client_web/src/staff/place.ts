import { decoded } from "../room/text";

export type Place =
  | { page: "lobby" | "account" | "people" | "audit" }
  | { page: "room" | "sheet"; room: string };

/** What an address shows. */
export function placeOf(pathname: string): Place {
  const [house, first, second, third] = pathname.split("/").slice(1);
  if (house === "lobby" && first === "rooms" && second) {
    return { page: third === "sheet" ? "sheet" : "room", room: decoded(second) };
  }
  if (house === "staff" && (first === "people" || first === "audit")) return { page: first };
  return { page: house === "staff" ? "account" : "lobby" };
}

const HOUSE = "http://house.invalid";

/** Only an address of our own house, so that no link can lead somebody who has just signed in elsewhere. */
export function safeNext(next: string | null): string | null {
  if (!next || !next.startsWith("/")) return null;
  let url: URL;
  try {
    // Not URL.canParse, which browsers that we serve do not have.
    url = new URL(next, HOUSE);
  } catch {
    return null;
  }
  // "//elsewhere" and "/\elsewhere" are other hosts to a browser, and "/.//elsewhere" becomes the first of these.
  return url.origin === HOUSE && !url.pathname.startsWith("//") ? url.pathname + url.search : null;
}
