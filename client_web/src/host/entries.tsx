import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Icon } from "../parts/icons";
import { toast, toastFailure } from "../parts/toast";
import { type Photo, photos } from "../room/activities/photos";
import { type Poll, polls } from "../room/activities/polls";
import { act } from "./act";
import { draftsFor, NEW, optionFor, targetOf } from "./entry_target";

/** Where photos go that are chosen for a vote: a draft, NEW, or null for what is most likely meant. */
const chosen = signal<string | null>(null);

function withdraw(room: Room, poll: Poll, photo: string): void {
  const last = poll.options.length === 1;
  if (last) void act(room, "poll.remove", { poll: poll.poll });
  else void act(room, "poll.withdraw", { poll: poll.poll, photo });
}

const draftWith = (room: Room, photo: string): Poll | undefined =>
  [...stateOf(room.client.snapshot, polls).polls].reverse().find((poll) => poll.status === "draft" && poll.photos.includes(photo));

async function enter(room: Room, { photo, by }: Photo): Promise<void> {
  const t = words.value;
  const poll = targetOf(stateOf(room.client.snapshot, polls).polls, chosen.value);
  const shown = stateOf(room.client.snapshot, photos).photos;
  if (poll && shown.some((one) => one.by.id === by.id && poll.photos.includes(one.photo))) {
    toast(t.entry_twice);
    return;
  }
  const option = optionFor(poll, t.entry_option);
  const undo = () => {
    const draft = draftWith(room, photo);
    if (draft) withdraw(room, draft, photo);
  };
  if (poll) {
    void act(room, "poll.enter", { poll: poll.poll, photo, option }, undo);
    return;
  }
  try {
    await room.client.send("poll.create", { question: t.entry_question, kind: "single", options: [option], photos: [photo] });
    // The next go to the same one.
    chosen.value = null;
    toast(t.entry_drafted, t.undo, undo);
  } catch (error) {
    toastFailure(error);
  }
}

/** Makes a photo an entry of a draft, or takes it out again. */
export function EntryButton({ room, photo }: { room: Room; photo: Photo }): JSX.Element {
  const t = words.value;
  const all = stateOf(room.now.value, polls).polls;
  const poll = targetOf(all, chosen.value);
  const place = poll?.photos.indexOf(photo.photo) ?? -1;
  if (poll && place >= 0) {
    return (
      <button type="button" class="button wide" aria-pressed="true" onClick={() => withdraw(room, poll, photo.photo)}>
        <Icon name="check" size={20} />
        {t.entry_in(place + 1)}
      </button>
    );
  }
  return (
    <button type="button" class="button wide" onClick={() => void enter(room, photo)}>
      <Icon name="bars" size={20} />
      {t.entry_add}
    </button>
  );
}

/** Which vote they go to, once there is a choice. */
export function EntryTarget({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const all = stateOf(room.now.value, polls).polls;
  const drafts = draftsFor(all);
  if (!drafts.length) return null;
  return (
    <label class="field entry-target">
      <span>{t.entry_target}</span>
      <select
        class="input"
        value={targetOf(all, chosen.value)?.poll ?? NEW}
        onChange={(event) => (chosen.value = event.currentTarget.value)}
      >
        <option value={NEW}>{t.entry_new}</option>
        {drafts.map((poll) => (
          <option key={poll.poll} value={poll.poll}>
            {`${poll.question} · ${t.entry_options(poll.options.length)}`}
          </option>
        ))}
      </select>
    </label>
  );
}
