import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { peopleWords } from "../i18n/people_words";
import { figure, words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Address } from "../parts/address";
import { IconButton } from "../parts/bricks";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Line } from "../parts/line";
import { Qr } from "../parts/qr";
import { lifecycle } from "../room/activities/lifecycle";
import { api } from "../room/api";
import type { ShopNamed } from "../room/messages";
import { audienceAddress } from "../room/session";
import { crowdOf, nextShop, takingPart } from "../room/shops";
import { set } from "./setting";

const NAME_LENGTH = 32;
const MOST = 30;

/** The shops that take part in this show, each with its own way in and how many are there. */
export function Shops({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const p = peopleWords.value;
  const snapshot = room.now.value;
  const { shops } = stateOf(snapshot, lifecycle).settings;
  const [name, setName] = useState("");
  const [shown, setShown] = useState<ShopNamed | null>(null);
  const crowd = crowdOf(takingPart.value, snapshot.shops, snapshot.occupancy ?? 0, t.shop_others);
  const change = (next: readonly ShopNamed[]) => set(room, { shops: [...next] }, { shops: [...shops] });
  const add = () => {
    const called = name.trim();
    if (!called || shops.length >= MOST) return;
    change([...shops, { id: nextShop(shops), name: called }]);
    setName("");
  };
  return (
    <section class="group">
      <h2>{p.shops}</h2>
      <p class="note">{p.shops_hint}</p>
      <ul>
        {crowd.map(({ id, name: called, count }) => {
          const shop = shops.find((one) => one.id === id);
          return (
            <li class="binned row tight" key={id}>
              <p class="grow">
                <b>{called}</b> <span class="note figures">{p.here_online(figure(count))}</span>
              </p>
              {shop && (
                <>
                  <button
                    type="button"
                    class="button quiet"
                    aria-label={`${p.shops_way_in} · ${called}`}
                    onClick={() => setShown(shop)}
                  >
                    {p.shops_way_in}
                  </button>
                  <IconButton
                    icon="trash"
                    label={`${p.shops_remove} · ${called}`}
                    onClick={() => change(shops.filter((one) => one.id !== id))}
                  />
                </>
              )}
            </li>
          );
        })}
      </ul>
      <form
        class="row tight"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <label class="field grow">
          <span>{p.shops_name}</span>
          <Line name="shop" autocomplete="off" most={NAME_LENGTH} value={name} placeholder={p.shops_example} onText={setName} />
        </label>
        <button type="submit" class="button add-shop" disabled={!name.trim() || shops.length >= MOST}>
          <Icon name="plus" size={20} />
          {p.shops_add}
        </button>
      </form>
      {shown && <WayInto room={room} shop={shown} onClose={() => setShown(null)} />}
    </section>
  );
}

/** The code to be put up in one shop. */
function WayInto({ room, shop, onClose }: { room: Room; shop: ShopNamed; onClose: () => void }): JSX.Element {
  const p = peopleWords.value;
  const { room: id } = room.session.pass;
  const [base, setBase] = useState<string | undefined>(undefined);
  useEffect(() => {
    let wanted = true;
    api.room(id).then((known) => wanted && setBase(known.url), () => undefined);
    return () => {
      wanted = false;
    };
  }, [id]);
  const url = audienceAddress(id, base, shop.id);
  return (
    <Dialog title={shop.name} onClose={onClose}>
      <p class="note">{p.shops_way_in_hint}</p>
      <div class="shop-way">
        <Qr text={url} label={`${p.shops_way_in} · ${shop.name}`} />
      </div>
      <Address url={url} />
    </Dialog>
  );
}
