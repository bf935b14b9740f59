export type Place =
  | { page: "lobby" | "account" | "people" | "audit" }
  | { page: "room" | "sheet"; room: string };

/** What an address shows. */
export function placeOf(pathname: string): Place {
  const [house, first, second, third] = pathname.split("/").slice(1);
  if (house === "lobby" && first === "rooms" && second) {
    return { page: third === "sheet" ? "sheet" : "room", room: decodeURIComponent(second) };
  }
  if (house === "staff" && (first === "people" || first === "audit")) return { page: first };
  return { page: house === "staff" ? "account" : "lobby" };
}

/** Only an address of our own house, so that no link can lead somebody who has just signed in elsewhere. */
export function safeNext(next: string | null): string | null {
  if (!next || !next.startsWith("/")) return null;
  const url = new URL(next, "http://house.invalid");
  // "//elsewhere" and "/\elsewhere" are other hosts to a browser.
  return url.host === "house.invalid" ? url.pathname + url.search : null;
}
