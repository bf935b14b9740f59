import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { moment, staffWords } from "../i18n/staff_words";
import { figure } from "../i18n/words";
import { tone } from "../chat/messages";
import { Empty } from "../parts/bricks";
import { Icon } from "../parts/icons";
import type { Me } from "../staff/api";
import { Head } from "../staff/frame";
import { Loaded, useAsked } from "../staff/loaded";
import { ShopName } from "../staff/shops";
import { failed, shopName, shops } from "../staff/signed_in";
import { type LobbyRoom, lobbyApi } from "./api";
import { NewRoom } from "./new_room";
import { ShopSelect } from "./shop_choice";

/** The rooms of one's shops, those with something going on first. */
export function Rooms({ who }: { who: Me }): JSX.Element {
  const t = staffWords.value;
  const [shop, setShop] = useState("");
  const [making, setMaking] = useState(false);
  const [busy, setBusy] = useState(false);
  const asked = useAsked(() => lobbyApi.rooms(shop ? { shop } : {}), `rooms ${shop}`);

  const older = async (rooms: LobbyRoom[]) => {
    const last = rooms[rooms.length - 1];
    if (!last || busy) return;
    setBusy(true);
    try {
      const page = await lobbyApi.rooms({ ...(shop ? { shop } : {}), before: last.active_at });
      asked.set({ rooms: [...rooms, ...page.rooms], more: page.more });
    } catch (error) {
      failed(error);
    }
    setBusy(false);
  };

  if (shops.value.length === 0) return <NoShop owner={who.role === "owner"} />;
  return (
    <>
      <Head title={t.lobby} lead={t.lobby_lead}>
        {shops.value.length > 1 && (
          <label class="pick">
            <span class="seen-by-readers">{t.shop}</span>
            <ShopSelect shop={shop} onShop={setShop} all={t.all_shops} />
          </label>
        )}
        <button type="button" class="button main" onClick={() => setMaking(true)}>
          <Icon name="plus" size={20} />
          {t.room_new}
        </button>
      </Head>
      <Loaded of={asked}>
        {({ rooms, more }) =>
          rooms.length === 0 ? (
            <section class="card">
              <Empty drawing="polls" title={t.rooms_none} hint={t.rooms_none_hint}>
                <button type="button" class="button main" onClick={() => setMaking(true)}>
                  <Icon name="plus" size={20} />
                  {t.room_new}
                </button>
              </Empty>
            </section>
          ) : (
            <>
              <ul class="shelf">
                {rooms.map((room) => (
                  <RoomCard key={room.id} room={room} />
                ))}
              </ul>
              {more && (
                <button type="button" class="button wide" disabled={busy} onClick={() => void older(rooms)}>
                  {t.load_more}
                </button>
              )}
            </>
          )
        }
      </Loaded>
      {making && <NewRoom shop={shop} onClose={() => setMaking(false)} />}
    </>
  );
}

/** A room as a block on a shelf. */
function RoomCard({ room }: { room: LobbyRoom }): JSX.Element {
  const t = staffWords.value;
  const open = room.status === "open";
  return (
    <li class={`block ${tone(room.id)} ${open ? "" : "done"}`}>
      <a class="title" href={`/lobby/rooms/${encodeURIComponent(room.id)}`}>
        {room.title || room.id}
      </a>
      <p class="row">
        <span class={`tag ${open ? (room.people > 0 ? "live" : "good") : ""}`}>{open ? t.open : t.closed}</span>
        {room.people > 0 && (
          <span class="note row tight figures">
            <Icon name="people" size={16} />
            {t.in_room(figure(room.people))}
          </span>
        )}
      </p>
      <p class="note figures">{[shopName(room.shop), t.active(moment(room.active_at))].filter(Boolean).join(" · ")}</p>
    </li>
  );
}

/** A house without shops has no rooms either: its owner begins here. */
function NoShop({ owner }: { owner: boolean }): JSX.Element {
  const t = staffWords.value;
  const [naming, setNaming] = useState(false);
  return (
    <>
      <Head title={t.lobby} lead={t.lobby_lead} />
      <section class="card">
        <Empty drawing="door" title={t.shops_none} hint={t.shops_none_hint}>
          {owner && (
            <button type="button" class="button main" onClick={() => setNaming(true)}>
              <Icon name="plus" size={20} />
              {t.shop_add}
            </button>
          )}
        </Empty>
      </section>
      {naming && <ShopName shop={null} onClose={() => setNaming(false)} />}
    </>
  );
}
