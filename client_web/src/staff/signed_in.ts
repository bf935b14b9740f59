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

/** Whether it was refused because nobody is signed in any more. */
export const signedOut = (error: unknown): boolean => ["unauthorized", "revoked"].includes(failureOf(error).code);

/** Whoever is no longer signed in is shown the way in; anything else is said. */
export function failed(error: unknown): void {
  if (signedOut(error)) me.value = null;
  else toast(why(error));
}

/** Set while somebody is asked to sign in once more, before a way into their account changes. */
export const onceMore = signal(false);

/** As `failed`, for what needs a sign-in of a moment ago: a session may be good, and yet too old for that. */
export async function failedOrStale(refusal: unknown): Promise<void> {
  if (!signedOut(refusal)) {
    failed(refusal);
    return;
  }
  onceMore.value = await staffApi.me().then(
    () => true,
    () => false,
  );
  me.value = null;
}

export const shopName = (id: string | null): string => shops.value.find((shop) => shop.id === id)?.name ?? "";

export const runsPeople = (who: Me): boolean => who.role !== "staff";
