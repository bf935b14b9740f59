import type { JSX } from "preact";
import { staffWords } from "../i18n/staff_words";
import { Choices } from "../parts/controls";
import type { Me, StaffRole } from "./api";
import { shops } from "./signed_in";

interface RoleAndShopsProps {
  who: Me;
  role: StaffRole;
  chosen: readonly string[];
  onRole: (role: StaffRole) => void;
  onShops: (shops: readonly string[]) => void;
}

/** What somebody may do, and where; nobody gives more than they have. */
export function RoleAndShops({ who, role, chosen, onRole, onShops }: RoleAndShopsProps): JSX.Element {
  const t = staffWords.value;
  const roles: StaffRole[] = who.role === "owner" ? ["staff", "manager", "owner"] : ["staff", "manager"];
  return (
    <>
      <Choices label={t.role} value={role} of={roles.map((one) => [one, t.roles[one]] as const)} onChoose={onRole} />
      <p class="note">{t.role_hints[role]}</p>
      {role !== "owner" && (
        <fieldset class="field">
          <legend class="note">{t.invite_which}</legend>
          <div class="ticks">
            {shops.value.map((shop) => (
              <label key={shop.id} class="tick">
                <input
                  type="checkbox"
                  checked={chosen.includes(shop.id)}
                  onChange={(event) =>
                    onShops(event.currentTarget.checked ? [...chosen, shop.id] : chosen.filter((one) => one !== shop.id))
                  }
                />
                <span>{shop.name}</span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
    </>
  );
}
