import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { toast, toastFailure } from "../parts/toast";
import { lifecycle } from "../room/activities/lifecycle";
import { ShopField } from "./shop_field";

/** Somebody who came without a shop's code, or went to another shop, says where they are. */
export function ShopMine({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const { session, client } = room;
  const [busy, setBusy] = useState(false);
  const { settings } = stateOf(room.now.value, lifecycle);
  const move = async (shop: string | undefined) => {
    setBusy(true);
    try {
      await session.moveTo(shop);
      client.reconnect();
      // A page that is loaded again goes by the code in its address otherwise.
      const address = new URL(location.href);
      address.searchParams.delete("shop");
      history.replaceState(null, "", address);
      toast(t.shop_moved);
    } catch (error) {
      toastFailure(error);
    }
    setBusy(false);
  };
  return <ShopField shops={settings.shops ?? []} shop={session.shop} busy={busy} onShop={(shop) => void move(shop)} />;
}
