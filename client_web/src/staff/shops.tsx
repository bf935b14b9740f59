import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { staffWords } from "../i18n/staff_words";
import { Empty } from "../parts/bricks";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Line } from "../parts/line";
import { toast } from "../parts/toast";
import { type Shop, staffApi } from "./api";
import { failed, refreshShops, shops } from "./signed_in";

const NAME_LENGTH = 64;

/** The shops one works in; an owner makes and renames them. */
export function ShopList({ owner }: { owner: boolean }): JSX.Element {
  const t = staffWords.value;
  const [naming, setNaming] = useState<Shop | "new" | null>(null);
  return (
    <section class="card stack">
      <h2>{t.shops}</h2>
      {shops.value.length === 0 && <Empty drawing="lost" title={t.shops_none} hint={t.shops_none_hint} />}
      <ul class="lines">
        {shops.value.map((shop) => (
          <li key={shop.id}>
            <b class="grow">{shop.name}</b>
            {owner && (
              <button type="button" class="button quiet" aria-label={`${t.shop_rename} ${shop.name}`} onClick={() => setNaming(shop)}>
                {t.shop_rename}
              </button>
            )}
          </li>
        ))}
      </ul>
      {owner && (
        <button type="button" class="button" onClick={() => setNaming("new")}>
          <Icon name="plus" size={20} />
          {t.shop_add}
        </button>
      )}
      {naming && <ShopName shop={naming === "new" ? null : naming} onClose={() => setNaming(null)} />}
    </section>
  );
}

/** A name for a shop, a new one or one that is there. */
export function ShopName({ shop, onClose }: { shop: Shop | null; onClose: () => void }): JSX.Element {
  const t = staffWords.value;
  const [name, setName] = useState(shop?.name ?? "");
  const [busy, setBusy] = useState(false);
  const save = async () => {
    if (!name.trim() || busy) return;
    setBusy(true);
    try {
      await (shop ? staffApi.renameShop(shop.id, name.trim()) : staffApi.addShop(name.trim()));
      await refreshShops();
      toast(t.saved);
      onClose();
    } catch (error) {
      failed(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={shop ? t.shop_rename : t.shop_add} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label class="field">
          <span>{t.shop_name}</span>
          <Line value={name} most={NAME_LENGTH} autocomplete="organization" onText={setName} />
        </label>
        <button type="submit" class="button main wide" disabled={busy || !name.trim()}>
          {t.save}
        </button>
      </form>
    </Dialog>
  );
}
