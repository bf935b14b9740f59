import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { figure, words } from "../i18n/console_words";
import { deskWords } from "../i18n/desk_words";
import { type Room, stateOf } from "../page";
import { Empty, IconButton } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { clockFace } from "../parts/clock_face";
import { Bars, Turnout } from "../polls/bars";
import { Timer } from "../polls/timer";
import { entriesOf, hasEntries } from "../photos/entries";
import { EntryPicture } from "../photos/entry";
import { type Poll, polls } from "../room/activities/polls";
import { withKey } from "./key_hint";
import { openPoll, removePoll, resetPoll, toggleHidden } from "./poll_acts";
import { ToWall } from "./to_wall";

/** All votes: open ones, drafts, and what was. */
export function PollList({ room, onDraft }: { room: Room; onDraft: () => void }): JSX.Element {
  const t = words.value;
  const all = stateOf(room.now.value, polls).polls;
  const drafts = all.filter((poll) => poll.status === "draft");
  const open = all.filter((poll) => poll.status === "open");
  const past = all.filter((poll) => poll.status === "closed").reverse();
  return (
    <>
      <div class="panel-title">
        <h2>{t.polls}</h2>
        <button type="button" class="button" title={withKey(t.poll_new, "n")} onClick={onDraft}>
          <Icon name="plus" size={20} />
          {t.poll_new}
        </button>
      </div>
      <div class="scrolls">
        {all.length === 0 && <Empty drawing="polls" title={t.poll_none} hint={t.poll_none_hint} />}
        <Group title={t.poll_states.open} polls={open} room={room} />
        <Group title={t.poll_drafts} polls={drafts} room={room} />
        <Group title={t.poll_past} polls={past} room={room} />
      </div>
    </>
  );
}

function Group({ title, polls: some, room }: { title: string; polls: readonly Poll[]; room: Room }): JSX.Element | null {
  if (!some.length) return null;
  return (
    <section class="group">
      <h3 class="note">{title}</h3>
      <ul class="stack">
        {some.map((poll) => (
          <Item key={poll.poll} room={room} poll={poll} />
        ))}
      </ul>
    </section>
  );
}

function Item({ room, poll }: { room: Room; poll: Poll }): JSX.Element {
  const t = words.value;
  const [wide, setWide] = useState(false);
  const draft = poll.status === "draft";
  const secret = poll.status === "closed" && poll.hidden;
  return (
    <li class={`card item ${poll.status} ${draft || secret ? "to-do" : ""}`}>
      <div class="row tight">
        <div class="grow">
          <p class="question">{poll.question}</p>
          <p class="note">
            {[
              t.poll_kinds[poll.kind],
              draft && poll.duration_ms ? clockFace(poll.duration_ms) : "",
              draft && poll.kind !== "rating" ? (hasEntries(poll) ? t.entry_options(poll.options.length) : poll.options.join(" / ")) : "",
              poll.who === "everyone" ? "" : t.poll_who[poll.who],
            ]
              .filter(Boolean)
              .join(" · ")}
            {!draft && (
              <>
                {" · "}
                <Turnout result={poll.result} occupancy={null} />
              </>
            )}
          </p>
        </div>
        <Timer poll={poll} clock={room.client.clock} />
        {draft && (
          <button type="button" class="button" onClick={() => openPoll(room, poll)}>
            <Icon name="play" size={20} />
            {t.poll_open}
          </button>
        )}
        {secret && (
          <button type="button" class="button" onClick={() => toggleHidden(room, poll)}>
            <Icon name="eye" size={20} />
            {t.poll_reveal}
          </button>
        )}
        {poll.status === "closed" && <ToWall room={room} scene="poll" subject={poll.poll} />}
        {!draft && (
          <IconButton icon={wide ? "up" : "down"} label={wide ? t.fold : `${t.poll_result} ${figure(poll.result?.voters ?? 0)}`} onClick={() => setWide(!wide)} />
        )}
        {!draft && <IconButton icon="undo" label={deskWords.value.poll_reset} onClick={() => resetPoll(room, poll)} />}
        {poll.status !== "open" && <IconButton icon="trash" label={t.poll_remove} onClick={() => removePoll(room, poll)} />}
      </div>
      {draft && hasEntries(poll) && (
        <div class="entry-strip">
          {entriesOf(room, poll).map((entry) => entry && <EntryPicture key={entry.photo} room={room} entry={entry} size={160} />)}
        </div>
      )}
      {wide && <Bars room={room} poll={poll} result={poll.result} />}
    </li>
  );
}
