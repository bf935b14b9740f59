import type { JSX } from "preact";
import { words } from "../i18n/words";
import type { ShopNamed } from "../room/messages";

interface ShopFieldProps {
  shops: readonly ShopNamed[];
  shop: string | undefined;
  busy?: boolean;
  onShop: (shop: string | undefined) => void;
}

/** In which of the shops that take part somebody is, as they say; nothing where none do. */
export function ShopField({ shops, shop, busy = false, onShop }: ShopFieldProps): JSX.Element | null {
  const t = words.value;
  if (shops.length === 0) return null;
  const here = shops.some(({ id }) => id === shop) ? shop : "";
  return (
    <label class="field">
      <span>{t.shop_ask}</span>
      <select class="input" name="shop" value={here} disabled={busy} onChange={(event) => onShop(event.currentTarget.value || undefined)}>
        <option value="">{t.shop_none}</option>
        {shops.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
