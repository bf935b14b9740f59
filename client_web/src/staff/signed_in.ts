import { signal } from "@preact/signals";
import { why } from "../i18n/staff_words";
import { toast } from "../parts/toast";
import { failureOf } from "../room/failure";
import { type Me, type Shop, staffApi } from "./api";

/** Who is signed in; null if nobody; undefined while that is being found out. */
export const me = signal<Me | null | undefined>(undefined);

/** The shops one may work in: an owner's are all. */
export const shops = signal<readonly Shop[]>([]);

export async function refreshShops(): Promise<void> {
  shops.value = await staffApi.shops();
}

/** Whoever is no longer signed in is shown the way in; anything else is said. */
export function failed(error: unknown): void {
  if (failureOf(error).code === "unauthorized" || failureOf(error).code === "revoked") me.value = null;
  else toast(why(error));
}

export const shopName = (id: string | null): string => shops.value.find((shop) => shop.id === id)?.name ?? "";

export const runsPeople = (who: Me): boolean => who.role !== "staff";
