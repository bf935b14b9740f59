import { signal } from "@preact/signals";
import type { By, Result, ShopNamed } from "./messages";

/** The shops that take part in the room on this page; none until it is known. */
export const takingPart = signal<readonly ShopNamed[]>([]);

/** What the shop is called in which somebody is; nothing for one that takes part no more. */
export const shopOf = (by: Pick<By, "shop">): string | undefined =>
  by.shop === undefined ? undefined : takingPart.value.find(({ id }) => id === by.shop)?.name;

/** A part of a count: a shop's, or with `id` null what came from none of them. */
export interface Part {
  readonly id: string | null;
  readonly name: string;
  readonly count: number;
  /** Of the whole count, 0 to 1. */
  readonly share: number;
}

/** How a count falls to the shops, in their order; nothing where no shops take part. */
function parted(shops: readonly ShopNamed[], counts: Readonly<Record<string, number>>, total: number, others: string): Part[] {
  const ids = [...shops, ...Object.keys(counts).filter((id) => !shops.some((shop) => shop.id === id)).map((id) => ({ id, name: id }))];
  const parts = ids.map(({ id, name }) => ({ id: id as string | null, name, count: counts[id] ?? 0 }));
  const rest = total - parts.reduce((sum, { count }) => sum + count, 0);
  const all = rest > 0 ? [...parts, { id: null, name: others, count: rest }] : parts;
  return all.map((part) => ({ ...part, share: total ? part.count / total : 0 }));
}

/** The votes for one option (its place), or with null those who voted, shop by shop. */
export function splitOf(shops: readonly ShopNamed[], result: Result | null, place: number | null, others: string): Part[] {
  if (!result || (shops.length === 0 && !result.shops)) return [];
  const counts = Object.fromEntries(
    Object.entries(result.shops ?? {}).map(([id, count]) => [id, place === null ? count.voters : (count.counts[place] ?? 0)]),
  );
  const parts = parted(shops, counts, place === null ? result.voters : (result.counts[place] ?? 0), others);
  // Below an option nothing is said of those who did not choose it.
  return place === null ? parts : parts.filter(({ count }) => count > 0);
}

/** Who is here, shop by shop. */
export const crowdOf = (
  shops: readonly ShopNamed[],
  counts: Readonly<Record<string, number>>,
  total: number,
  others: string,
): Part[] => (shops.length === 0 ? [] : parted(shops, counts, total, others));

// No letters that look alike: an address may be typed.
const SIGNS = "23456789abcdefghjkmnpqrstuvwxyz";

/** An id for one more shop: short, for it stands in addresses, and hardly one that another had before. */
export function nextShop(shops: readonly ShopNamed[], luck: () => number = Math.random): string {
  const id = Array.from({ length: 4 }, () => SIGNS[Math.floor(luck() * SIGNS.length)]).join("");
  return shops.some((shop) => shop.id === id) ? nextShop(shops, luck) : id;
}
