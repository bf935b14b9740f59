import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { clockFace } from "../parts/clock_face";
import { Icon } from "../parts/icons";
import { useTick } from "../parts/time";
import { toastFailure } from "../parts/toast";
import { type First, firsts, firstToShow, opensIn } from "../room/activities/firsts";
import { failureOf } from "../room/failure";
import type { Mine } from "../room/messages";
import { tab } from "../room/storage";
import { Won } from "./won";
import "../style/gifts.css";

/** What is over steps aside after this long, for those who have nothing to collect. */
const STAYS = 60_000;

type Place = NonNullable<Mine["firsts"]>["places"][string];

/** The gift that is on, and whatever this person has yet to collect. */
export function FirstCard({ room }: { room: Room }): JSX.Element | null {
  const snapshot = room.now.value;
  const state = stateOf(snapshot, firsts);
  const shown = firstToShow(state, room.client.clock.now(), STAYS);
  useTick(shown?.status === "closed", 5_000);
  const places = snapshot.mine.firsts?.places ?? {};
  const won = state.firsts.filter((one) => {
    const mine = places[one.first];
    return one !== shown && mine && !one.redeemed.includes(mine.place);
  });
  const all = [...won.slice(-3), ...(shown ? [shown] : [])];
  if (!all.length) return null;
  return (
    <>
      {all.map((one) => (
        <Gift key={one.first} room={room} first={one} mine={places[one.first] ?? null} />
      ))}
    </>
  );
}

interface GiftProps {
  room: Room;
  first: First;
  mine: Place | null;
}

function Gift({ room, first, mine }: GiftProps): JSX.Element {
  const t = words.value.gifts;
  const open = first.status === "open";
  const over = first.status === "closed";
  const left = first.places - first.taken;
  const title = <h2>{first.title}</h2>;
  return (
    // What is over steps behind what is still on.
    <section class={`card on gift ${over ? "over" : ""}`} aria-label={t.first}>
      <header>
        <span class={`tag ${open ? "live" : ""}`}>{t.first_states[first.status]}</span>
        {over && title}
        <span class="note figures">{open ? t.first_left(figure(left)) : t.first_places(figure(first.places))}</span>
      </header>
      {!over && title}
      {mine === null ? (
        <Chance room={room} first={first} />
      ) : (
        <Won
          title={t.first_won(mine.place)}
          given={first.redeemed.includes(mine.place)}
          contact={mine.contact}
          claim={(contact) => room.client.send("first.claim", { first: first.first, contact })}
        />
      )}
      {open && <Filling first={first} />}
    </section>
  );
}

const missedKey = (first: string): string => `showfloor.missed.${first}`;

/** The button, and what became of tapping it. */
function Chance({ room, first }: { room: Room; first: First }): JSX.Element {
  const t = words.value.gifts;
  const wait = opensIn(first, room.client.clock.now());
  useTick(wait !== null);
  const [tapped, setTapped] = useState(false);
  const [missed, setMissed] = useState(() => tab.get<boolean>(missedKey(first.first)) === true);
  const leaving = room.now.value.sending.some((item) => item.type === "first.tap" && item.fields["first"] === first.first);

  const tap = () => {
    if (tapped || leaving) return;
    setTapped(true);
    room.client.send("first.tap", { first: first.first }).catch((error: unknown) => {
      setTapped(false);
      if (failureOf(error).code !== "closed") {
        toastFailure(error);
        return;
      }
      tab.set(missedKey(first.first), true);
      setMissed(true);
    });
  };

  if (missed) {
    return (
      <p class="won missed" role="status">
        <b>{t.first_missed}</b>
      </p>
    );
  }
  if (first.status === "closed" && !leaving && !tapped) {
    return <p class="note">{first.reason === "full" ? t.first_full : t.first_over}</p>;
  }
  if (wait !== null) {
    return (
      <p class="countdown figures" role="timer" aria-label={t.first_opens_in}>
        {clockFace(wait)}
      </p>
    );
  }
  return (
    <button type="button" class="button main large wide" disabled={tapped || leaving} onClick={tap}>
      <Icon name="gift" />
      {tapped || leaving ? t.first_tapping : t.first_tap}
    </button>
  );
}

/** How many places are taken, as a row of blocks. */
export function Filling({ first }: { first: First }): JSX.Element {
  const t = words.value.gifts;
  return (
    <div
      class={`bar b1 ${first.taken ? "" : "none"}`}
      role="img"
      aria-label={t.first_taken(figure(first.taken), figure(first.places))}
    >
      <i style={{ width: `${(first.taken / first.places) * 100}%` }} />
    </div>
  );
}
