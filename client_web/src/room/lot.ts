/**
 * Checking a draw: the same functions as the server's rooms/lot.py, by the browser's own SHA-256.
 * It is there on https and on this very machine only: elsewhere `canCheck` is false.
 */

/** A frozen draw as the server gives it to whoever may read the room. */
export interface DrawList {
  draw: string;
  title: string;
  winners: number;
  status: "frozen" | "drawn";
  /** In the order of entering. */
  tickets: readonly string[];
  roll: string;
  commitment: string;
  seed: string | null;
  won: readonly { place: number; ticket: string }[];
  /** In the order in which they were passed over. */
  passed: readonly { place: number; ticket: string }[];
}

export const canCheck = (): boolean => globalThis.crypto?.subtle !== undefined;

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The digest of the entrants, frozen in this order. */
export const rollDigest = (tickets: readonly string[]): Promise<string> => digest(tickets.join("\n"));

/** What was published before the draw. */
export const commitmentOf = (seed: string, draw: string, winners: number, roll: string): Promise<string> =>
  digest([seed, draw, winners, roll].join("\n"));

/** All tickets in the order in which they win. */
export async function drawnOrder(seed: string, tickets: readonly string[]): Promise<string[]> {
  const ranked = await Promise.all(tickets.map(async (ticket) => `${await digest(`${seed}:${ticket}`)} ${ticket}`));
  return ranked.sort((a, b) => (a < b ? -1 : 1)).map((one) => one.slice(one.indexOf(" ") + 1));
}

/** Whether those have won who had to, absent ones passed over for the next in order. */
export function wonRightly(list: DrawList, order: readonly string[]): boolean {
  const first = Math.min(list.winners, order.length);
  const places = order.slice(0, first);
  for (const [turn, { place, ticket }] of list.passed.entries()) {
    const next = order[first + turn];
    if (places[place - 1] !== ticket || next === undefined) return false;
    places[place - 1] = next;
  }
  return list.won.length === places.length && list.won.every(({ place, ticket }) => places[place - 1] === ticket);
}

/** What came of checking; null where it cannot be known before the seed is. */
export interface Checked {
  /** The list is the one that was frozen before, whose digest everybody was told. */
  roll: boolean;
  commitment: boolean | null;
  winners: boolean | null;
}

/** `told` is what this page heard when the draw was frozen: what the server says now must bear it out. */
export async function checkDraw(list: DrawList, told: { roll: string | null; commitment: string | null }): Promise<Checked> {
  const roll = await rollDigest(list.tickets);
  const distinct = new Set(list.tickets).size === list.tickets.length;
  const { seed } = list;
  return {
    roll: distinct && roll === list.roll && roll === told.roll,
    commitment:
      seed === null ? null : (await commitmentOf(seed, list.draw, list.winners, roll)) === told.commitment,
    winners: seed === null ? null : wonRightly(list, await drawnOrder(seed, list.tickets)),
  };
}
