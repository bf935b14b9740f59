import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Filling } from "../audience/first_card";
import { figure, words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Empty, IconButton } from "../parts/bricks";
import { clockFace } from "../parts/clock_face";
import { confirmFirst } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { useTick } from "../parts/time";
import { type First, firsts, opensIn } from "../room/activities/firsts";
import { act } from "./act";
import { GiftForm, GiftList, WinnerRow } from "./gift_parts";

const PLACES = 1_000;
const COUNTDOWN = 10_000;
const DAY = 86_400_000;

/** Gifts for those who tap first: newest on top. */
export function FirstList({ room, onNew }: { room: Room; onNew: () => void }): JSX.Element {
  const t = words.value.gifts;
  const all = [...stateOf(room.now.value, firsts).firsts].reverse();
  return (
    <GiftList title={t.first} make={t.first_new} onNew={onNew}>
      {all.length === 0 && <Empty drawing="door" title={t.first_none} hint={t.first_none_hint} />}
      <ul class="stack">
        {all.map((one) => (
          <Item key={one.first} room={room} first={one} />
        ))}
      </ul>
    </GiftList>
  );
}

function Item({ room, first }: { room: Room; first: First }): JSX.Element {
  const t = words.value.gifts;
  const on = first.status === "open" || first.status === "ready";
  const [chosen, setChosen] = useState<boolean | null>(null);
  // Who has yet to collect is to be seen; the rest when it is asked for.
  const wide = chosen ?? first.redeemed.length < first.taken;
  const wait = opensIn(first, room.client.clock.now());
  useTick(wait !== null);
  const remove = () => void act(room, "first.remove", { first: first.first });
  return (
    <li class={`card item stack ${first.status === "draft" ? "to-do" : ""}`}>
      <div class="row tight">
        <div class="grow">
          <p class="question">{first.title}</p>
          <p class="note figures">
            {`${t.first_states[first.status]} · ${t.first_taken(figure(first.taken), figure(first.places))}`}
            {first.status === "closed" && ` · ${t.handed_over(figure(first.redeemed.length))}`}
          </p>
        </div>
        {wait !== null && (
          <span class="timer figures" role="timer" aria-label={t.first_opens_in}>
            <Icon name="clock" size={16} />
            {clockFace(wait)}
          </span>
        )}
        {first.taken > 0 && (
          <IconButton icon={wide ? "up" : "down"} label={wide ? words.value.fold : t.winners} onClick={() => setChosen(!wide)} />
        )}
        {!on && (
          <IconButton
            icon="trash"
            label={t.first_remove}
            onClick={() => (first.taken ? confirmFirst(t.first_remove, t.remove_sure, words.value.remove, remove) : remove())}
          />
        )}
      </div>
      {first.status !== "draft" && first.status !== "ready" && <Filling first={first} />}
      <Steps room={room} first={first} />
      {wide && <Winners room={room} first={first} />}
    </li>
  );
}

/** How long until that time of day, today or tomorrow, by this device's clock. */
function until(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const then = new Date();
  then.setHours(hours, minutes, 0, 0);
  const wait = then.getTime() - Date.now();
  return wait > 0 ? wait : wait + DAY;
}

function Steps({ room, first }: { room: Room; first: First }): JSX.Element | null {
  const t = words.value.gifts;
  const [time, setTime] = useState("");
  const which = { first: first.first };
  const open = (delay: number | null) => void act(room, "first.open", { ...which, delay_ms: delay });
  if (first.status === "closed") return null;
  if (first.status === "open") {
    return (
      <button
        type="button"
        class="button"
        onClick={() => confirmFirst(t.first_close, t.first_close_sure, t.first_close, () => void act(room, "first.close", which))}
      >
        <Icon name="stop" size={20} />
        {t.first_close}
      </button>
    );
  }
  return (
    <div class="row">
      <button type="button" class="button" onClick={() => open(null)}>
        <Icon name="play" size={20} />
        {t.first_open}
      </button>
      {first.status === "draft" ? (
        <>
          <button type="button" class="button" onClick={() => open(COUNTDOWN)}>
            <Icon name="clock" size={20} />
            {t.first_countdown(COUNTDOWN / 1_000)}
          </button>
          <form
            class="row tight"
            onSubmit={(event) => {
              event.preventDefault();
              if (time) open(Math.max(1_000, until(time)));
            }}
          >
            <input type="time" class="input" required value={time} aria-label={t.first_at} onInput={(event) => setTime(event.currentTarget.value)} />
            <button type="submit" class="button">
              {t.first_at}
            </button>
          </form>
        </>
      ) : (
        <button type="button" class="button" onClick={() => void act(room, "first.close", which)}>
          <Icon name="stop" size={20} />
          {t.first_call_off}
        </button>
      )}
    </div>
  );
}

function Winners({ room, first }: { room: Room; first: First }): JSX.Element {
  return (
    <ol class="winners">
      {(first.winners ?? []).map(({ place, name, guest, contact }) => {
        const given = first.redeemed.includes(place);
        const which = { first: first.first, place };
        const [now, back] = given ? (["first.unredeem", "first.redeem"] as const) : (["first.redeem", "first.unredeem"] as const);
        return (
          <WinnerRow
            key={place}
            place={place}
            name={name}
            guest={guest}
            contact={contact}
            given={given}
            onHand={() => void act(room, now, which, () => void act(room, back, which))}
          />
        );
      })}
    </ol>
  );
}

export function FirstForm({ room, onClose }: { room: Room; onClose: () => void }): JSX.Element {
  const t = words.value.gifts;
  const [title, setTitle] = useState("");
  const [places, setPlaces] = useState("50");
  const [problem, setProblem] = useState("");
  const save = async () => {
    const many = Number(places);
    if (!title.trim()) setProblem(t.form_needs_title);
    else if (!Number.isInteger(many) || many < 1 || many > PLACES) setProblem(t.form_needs_places(PLACES));
    else if (await act(room, "first.create", { title: title.trim(), places: many })) onClose();
  };
  return (
    <GiftForm
      heading={t.first_new}
      hint={t.first_title_hint}
      many={t.first_form_places}
      title={title}
      count={places}
      problem={problem}
      onTitle={setTitle}
      onCount={setPlaces}
      onSave={() => void save()}
      onClose={onClose}
    />
  );
}
