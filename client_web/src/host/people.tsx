import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Badges, Face } from "../chat/messages";
import { peopleWords } from "../i18n/people_words";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { IconButton } from "../parts/bricks";
import { confirmFirst, Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { clockFace } from "../parts/clock_face";
import { timeOfDay, useTick } from "../parts/time";
import { arrivals } from "../room/activities/arrivals";
import { people } from "../room/activities/people";
import type { By } from "../room/messages";
import { deedsOn } from "../room/powers";
import { act } from "./act";

/** Whose sheet is open. */
const chosen = signal<By | null>(null);

export const openPerson = (by: By): void => {
  chosen.value = by;
};

/** Who somebody is, and what can be done about them; over the console while it is open. */
export function PersonSheet({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const p = peopleWords.value;
  const by = chosen.value;
  if (!by) return null;
  const state = stateOf(room.now.value, people);
  const role = state.roles.find((one) => one.user === by.id)?.role ?? by.role;
  const banned = state.banned.some((one) => one.user === by.id);
  const muted = state.muted.find((one) => one.user === by.id);
  const may = deedsOn({ ...by, role }, room.now.value.you);
  const close = () => {
    chosen.value = null;
  };
  const about = { user: by.id, name: by.name };
  const unban = () => void act(room, "person.unban", { user: by.id });
  const warned = state.warned.find((one) => one.user === by.id);
  const warn = () => {
    close();
    void act(room, "person.warn", about, () => void act(room, "person.unwarn", { user: by.id }));
  };
  const came = stateOf(room.now.value, arrivals).people.find((one) => one.user === by.id);
  const checkIn = (on: boolean) => {
    close();
    const mark = () => act(room, "arrival.mark", { ...about, guest: by.guest ?? false }, unmark, by.name);
    const unmark = () => void act(room, "arrival.unmark", { user: by.id }, () => void mark(), by.name);
    if (on) void mark();
    else unmark();
  };
  const mute = (for_ms?: number) => {
    close();
    void act(room, "person.mute", { ...about, ...(for_ms ? { for_ms } : {}) }, () => unmute(room, by.id));
  };
  const give = (next: "moderator" | "attendee" | "host") => {
    close();
    const before = role === "host" || role === "moderator" ? role : "attendee";
    void act(room, "person.role", { ...about, role: next }, () => void act(room, "person.role", { ...about, role: before }));
  };
  return (
    <Dialog title={by.name} onClose={close}>
      <p class="row tight person">
        <Face by={by} />
        <Badges by={{ ...by, role }} />
        {came && <span class="tag good figures">{p.checked_in_at(timeOfDay(came.at))}</span>}
        {banned && <span class="tag warn">{t.person_banned}</span>}
        {muted && <span class="tag warn">{t.person_muted}</span>}
        {warned && <span class="tag figures">{p.warned_at(timeOfDay(warned.at))}</span>}
      </p>
      {!may.kick && !may.ban && !may.role && <p class="note">{t.person_nothing}</p>}
      <div class="stack deeds-on">
        {may.ban && (came || (!banned && role === "attendee")) && (
          <button type="button" class="button wide" onClick={() => checkIn(!came)}>
            <Icon name={came ? "undo" : "check"} size={20} />
            {came ? p.check_in_undo : p.check_in}
          </button>
        )}
        {may.role && role === "attendee" && (
          <button type="button" class="button wide" onClick={() => give("moderator")}>
            {t.person_promote}
          </button>
        )}
        {may.role && role !== "attendee" && (
          <button type="button" class="button wide" onClick={() => give("attendee")}>
            {t.person_demote}
          </button>
        )}
        {may.ban && !banned && role === "attendee" && (
          <button type="button" class="button wide" onClick={warn}>
            {warned ? p.warn_again : p.warn}
          </button>
        )}
        {may.ban && !banned && role === "attendee" && (
          <div class="row">
            {muted ? (
              <button
                type="button"
                class="button grow"
                onClick={() => {
                  close();
                  unmute(room, by.id);
                }}
              >
                {t.person_unmute}
              </button>
            ) : (
              <>
                <button type="button" class="button grow" onClick={() => mute(5 * 60_000)}>
                  {t.person_mute_short}
                </button>
                <button type="button" class="button grow" onClick={() => mute()}>
                  {t.person_mute}
                </button>
              </>
            )}
          </div>
        )}
        {may.kick && !banned && (
          <button
            type="button"
            class="button wide"
            onClick={() => {
              close();
              void act(room, "person.kick", about);
            }}
          >
            {t.person_kick}
          </button>
        )}
        {may.kick && may.ban && !banned && <p class="note">{t.person_kick_hint}</p>}
        {may.ban && !banned && (
          <button
            type="button"
            class="button risky wide"
            onClick={() => {
              close();
              confirmFirst(t.person_ban_title(by.name), t.person_ban_sure, t.person_ban, () =>
                void act(room, "person.ban", about, unban),
              );
            }}
          >
            {t.person_ban}
          </button>
        )}
        {may.ban && banned && (
          <button
            type="button"
            class="button wide"
            onClick={() => {
              close();
              unban();
            }}
          >
            {t.person_unban}
          </button>
        )}
      </div>
    </Dialog>
  );
}

const unmute = (room: Room, user: string): void => void act(room, "person.unmute", { user });

/** Who may not write, and for how long; each with the way back. */
function MutedList({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const { muted } = stateOf(room.now.value, people);
  useTick(muted.some((one) => one.until !== null), 1_000);
  if (muted.length === 0) return null;
  return (
    <>
      <h3 class="note">{`${t.people_muted} · ${muted.length}`}</h3>
      <ul>
        {[...muted].reverse().map(({ user, name, at, by, until }) => (
          <li class="binned row tight" key={user}>
            <p class="grow">
              <b>{name || user}</b>{" "}
              <time class="note figures">
                {until === null ? timeOfDay(at) : clockFace(Math.max(0, until - room.client.clock.now()))}
              </time>
              {by?.name && (
                <>
                  <br />
                  <span class="note">{t.person_by(by.name)}</span>
                </>
              )}
            </p>
            <button type="button" class="button quiet" onClick={() => unmute(room, user)}>
              {t.person_unmute}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Who is banned, muted, or was given a role, each with the way back. */
export function PeopleLists({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const { banned, roles } = stateOf(room.now.value, people);
  const host = room.now.value.you?.role === "host";
  const given = roles.filter((one) => one.role !== "attendee");
  return (
    <section class="group">
      <h2>{t.people_lists}</h2>
      <p class="note">{t.people_lists_hint}</p>
      {given.length > 0 && <h3 class="note">{t.people_given}</h3>}
      <ul>
        {[...given].reverse().map(({ user, name, role, at }) => (
          <li class="binned row tight" key={user}>
            <p class="grow">
              <b>{name || user}</b> <span class={`tag ${role}`}>{t.roles[role]}</span>{" "}
              <time class="note figures">{timeOfDay(at)}</time>
            </p>
            {host && (
              <IconButton
                icon="undo"
                label={`${t.person_demote} · ${name || user}`}
                onClick={() =>
                  void act(room, "person.role", { user, name, role: "attendee" }, () =>
                    void act(room, "person.role", { user, name, role: role as "moderator" | "host" }),
                  )
                }
              />
            )}
          </li>
        ))}
      </ul>
      <MutedList room={room} />
      <h3 class="note">{`${t.people_banned} · ${banned.length}`}</h3>
      <ul>
        {[...banned].reverse().map(({ user, name, at, by }) => (
          <li class="binned row tight" key={user}>
            <p class="grow">
              <b>{name || user}</b> <time class="note figures">{timeOfDay(at)}</time>
              {by?.name && (
                <>
                  <br />
                  <span class="note">{t.person_by(by.name)}</span>
                </>
              )}
            </p>
            <button type="button" class="button quiet" onClick={() => void act(room, "person.unban", { user })}>
              {t.person_unban}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
