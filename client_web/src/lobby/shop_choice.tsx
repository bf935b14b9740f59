import type { JSX } from "preact";
import { staffWords } from "../i18n/staff_words";
import { shops } from "../staff/signed_in";

interface ShopSelectProps {
  shop: string;
  onShop: (shop: string) => void;
  /** What stands for all of them, where that can be chosen too. */
  all?: string;
}

export function ShopSelect({ shop, onShop, all }: ShopSelectProps): JSX.Element {
  return (
    <select class="input" value={shop} onChange={(event) => onShop(event.currentTarget.value)}>
      {all && <option value="">{all}</option>}
      {shops.value.map((one) => (
        <option key={one.id} value={one.id}>
          {one.name}
        </option>
      ))}
    </select>
  );
}

/** A choice of shop, if there is one to make. */
export function ShopChoice({ shop, onShop }: Omit<ShopSelectProps, "all">): JSX.Element | null {
  if (shops.value.length < 2) return null;
  return (
    // Its control is in the part.
    // oxlint-disable-next-line jsx-a11y/label-has-associated-control
    <label class="field">
      <span>{staffWords.value.shop}</span>
      <ShopSelect shop={shop} onShop={onShop} />
    </label>
  );
}
