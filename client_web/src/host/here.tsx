import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Badges, Face } from "../chat/messages";
import { peopleWords } from "../i18n/people_words";
import { figure, words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Empty } from "../parts/bricks";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { type Arrived, arrivals } from "../room/activities/arrivals";
import { people } from "../room/activities/people";
import { inOrder, listed, roster, stale } from "../room/activities/roster";
import type { PersonHere } from "../room/messages";
import { openPerson } from "./people";
import "./here.css";

const AGAIN = 3_000;
const LISTED = 500;
/** A field to find somebody is worth its place from here on. */
const MANY = 8;
/** Rows in the page at once; whoever is not among them is found by name. */
const SHOWN = 100;

const showing = signal(false);

/** Keeps the list: asks for it when the way to the server is new, or when something was missed. */
function useRoster(room: Room): void {
  const snapshot = room.now.value;
  const live = snapshot.phase === "live" && snapshot.audience === "hosts";
  const wanting = live && stateOf(snapshot, roster).number === null;
  useEffect(() => {
    if (live) room.client.update(roster, stale);
  }, [room, live]);
  useEffect(() => {
    if (!wanting) return undefined;
    let wanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () =>
      void room.client.people().then(
        (answer) => wanted && room.client.update(roster, (state) => listed(state, answer)),
        () => wanted && (timer = setTimeout(ask, AGAIN)),
      );
    ask();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [room, wanting]);
}

/** How many are online and how many are reconnecting; opens the list. */
export function Here({ room }: { room: Room }): JSX.Element | null {
  useRoster(room);
  const p = peopleWords.value;
  const snapshot = room.now.value;
  const { away } = stateOf(snapshot, roster);
  if (snapshot.occupancy === null) return null;
  const count = figure(snapshot.occupancy);
  return (
    <button type="button" class="here" title={p.here} onClick={() => (showing.value = true)}>
      <span class="occupancy figures">
        <Icon name="people" size={16} />
        <span aria-hidden="true">{count}</span>
        <span class="seen-by-readers">{p.here_open(count)}</span>
      </span>
      {away > 0 && <span class="away figures">{p.here_away_short(figure(away))}</span>}
    </button>
  );
}

/** Who is in the room, over the console while it is open. */
export function HereSheet({ room }: { room: Room }): JSX.Element | null {
  return showing.value ? <HereList room={room} /> : null;
}

function HereList({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const p = peopleWords.value;
  const snapshot = room.now.value;
  const state = stateOf(snapshot, roster);
  const [called, setCalled] = useState("");
  const found = inOrder(state.people, called);
  const came = stateOf(snapshot, arrivals).people;
  return (
    <Dialog title={p.here} onClose={() => (showing.value = false)}>
      <p class="row tight here-counts">
        <b class="figures">{p.here_online(figure(snapshot.occupancy ?? 0))}</b>
        {state.away > 0 && <span class="tag warn figures">{p.here_away(figure(state.away))}</span>}
        {came.length > 0 && <span class="tag good figures">{p.checked_in_count(figure(came.length))}</span>}
        <span class="note figures" role="status">
          {p.here_news(state.news.joined, state.news.left)}
        </span>
      </p>
      {!state.whole && <p class="note">{p.here_large(figure(LISTED))}</p>}
      {state.people.length + came.length > MANY && (
        <input
          class="input"
          type="search"
          aria-label={p.here_search}
          placeholder={p.here_search}
          value={called}
          onInput={(event) => setCalled(event.currentTarget.value)}
        />
      )}
      {state.people.length === 0 ? (
        state.number === null ? (
          <p class="note">{t.loading}</p>
        ) : (
          <Empty drawing="door" title={p.here_nobody} hint="" />
        )
      ) : found.length === 0 ? (
        <p class="note">{p.here_not_found}</p>
      ) : (
        <>
          {found.length > SHOWN && <p class="note">{p.here_first(figure(SHOWN), figure(found.length))}</p>}
          <ul class="here-list">
            {found.slice(0, SHOWN).map((one) => (
              <Line key={one.id} room={room} one={one} />
            ))}
          </ul>
        </>
      )}
      <CameToo room={room} came={came} listed={state.people} called={called} />
    </Dialog>
  );
}

/** Who is checked in and not on the list: whose phone is away, or who is one of very many. */
function CameToo(props: { room: Room; came: readonly Arrived[]; listed: readonly PersonHere[]; called: string }): JSX.Element | null {
  const { room, came, called } = props;
  const known = new Set(props.listed.map(({ id }) => id));
  const others = came.filter(({ user }) => !known.has(user));
  const found = inOrder(
    others.map(({ user, name, guest }) => ({ id: user, name, role: "attendee" as const, guest })),
    called,
  );
  if (found.length === 0) return null;
  return (
    <>
      <h3 class="note">{peopleWords.value.checked_in_others}</h3>
      <ul class="here-list">
        {found.slice(0, SHOWN).map((one) => (
          <Line key={one.id} room={room} one={one} />
        ))}
      </ul>
    </>
  );
}

function Line({ room, one }: { room: Room; one: PersonHere }): JSX.Element {
  const t = words.value;
  const p = peopleWords.value;
  const snapshot = room.now.value;
  const { muted, banned } = stateOf(snapshot, people);
  const came = stateOf(snapshot, arrivals).people.some(({ user }) => user === one.id);
  return (
    <li class={one.away ? "gone" : ""}>
      <button type="button" aria-label={t.person_open(one.name)} onClick={() => openPerson(one)}>
        <Face by={one} />
        <span class="grow">{one.name}</span>
        {one.id === snapshot.you?.id && <span class="note">{p.here_you}</span>}
        <Badges by={one} />
        {came && <span class="tag good">{p.checked_in}</span>}
        {banned.some(({ user }) => user === one.id) && <span class="tag warn">{t.person_banned}</span>}
        {muted.some(({ user }) => user === one.id) && <span class="tag warn">{t.person_muted}</span>}
        {one.away && <span class="tag">{p.here_away_one}</span>}
      </button>
    </li>
  );
}
