import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Badges } from "../chat/messages";
import { figure, words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Empty } from "../parts/bricks";
import { Switch } from "../parts/controls";
import { confirmFirst } from "../parts/dialog";
import { timeOfDay } from "../parts/time";
import { Picture } from "../photos/picture";
import { lifecycle } from "../room/activities/lifecycle";
import { type Photo, photos } from "../room/activities/photos";
import type { ConsolePart } from "../views/view";
import { act } from "./act";
import { EntryButton, EntryTarget } from "./entries";
import { openPerson } from "./people";
import { ToWall } from "./to_wall";
import "./photos.css";

type Place = "pending" | "shown" | "hidden";

/** Photos of each kind in the page at once. */
const SHOWN = 60;

/** To everyone, from where it waits or lies; taken back, it waits or lies there again. */
function approve(room: Room, { photo }: Photo, from: Place): void {
  void act(room, "photo.approve", { photo }, () => void act(room, from === "hidden" ? "photo.hide" : "photo.hold", { photo }));
}

function hide(room: Room, { photo }: Photo): void {
  void act(room, "photo.hide", { photo }, () => void act(room, "photo.restore", { photo }));
}

function remove(room: Room, { photo }: Photo): void {
  const t = words.value;
  confirmFirst(t.photo_delete_title, t.photo_delete_text, t.photo_delete, () => void act(room, "photo.delete", { photo }));
}

/** Photos in the console. */
export const photoDesk: ConsolePart = {
  panel: {
    name: "photos",
    icon: "photo",
    label: () => words.value.photos,
    count: (room) => stateOf(room.now.value, photos).count,
    under: "queue",
    Panel: PhotoPanel,
  },
  waiting: (room, at) =>
    stateOf(at, photos).pending.map((photo) => ({
      at: photo.at,
      row: () => <Item key={photo.photo} room={room} photo={photo} place="pending" />,
      approve: () => approve(room, photo, "pending"),
      refuse: () => hide(room, photo),
    })),
};

/** All photos but those that wait: what is shown, what was hidden. */
function PhotoPanel({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const state = stateOf(room.now.value, photos);
  const none = state.photos.length + state.bin.length === 0;
  return (
    <div class="scrolls photos">
      {room.now.value.you?.role === "host" && <Settings room={room} />}
      {none && <Empty drawing="photos" title={t.photos_none} hint={t.photos_none_hint} />}
      <Group room={room} title={t.photos_shown} of={[...state.photos].reverse()} place="shown" count={state.count} />
      <Folded room={room} title={t.photos_hidden} of={[...state.bin].reverse()} place="hidden" />
    </div>
  );
}

function Settings({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const { photos_approved: first, photos_open: open } = stateOf(room.now.value, lifecycle).settings;
  const set = (settings: { photos_approved?: boolean; photos_open?: boolean }) =>
    void act(room, "room.configure", { settings });
  return (
    <>
      <Switch label={t.photos_take} on={open} onSwitch={() => set({ photos_open: !open })} />
      <Switch label={t.photos_approve_first} on={first} onSwitch={() => set({ photos_approved: !first })} />
    </>
  );
}

interface GroupProps {
  room: Room;
  title: string;
  of: readonly Photo[];
  place: Place;
  count?: number;
}

function Group({ room, title, of, place, count }: GroupProps): JSX.Element | null {
  if (!of.length) return null;
  return (
    <section class="group">
      <h3 class="note">
        {title} <span class="figures">{figure(count ?? of.length)}</span>
      </h3>
      {place === "shown" && <EntryTarget room={room} />}
      <Rows room={room} of={of} place={place} />
    </section>
  );
}

function Folded({ room, title, of, place }: GroupProps): JSX.Element | null {
  const [open, setOpen] = useState(false);
  if (!of.length) return null;
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {title} <span class="figures">{figure(of.length)}</span>
      </summary>
      {open && <Rows room={room} of={of} place={place} />}
    </details>
  );
}

function Rows({ room, of, place }: { room: Room; of: readonly Photo[]; place: Place }): JSX.Element {
  return (
    <ul class="photo-cards">
      {of.slice(0, SHOWN).map((photo) => (
        <Item key={photo.photo} room={room} photo={photo} place={place} />
      ))}
    </ul>
  );
}

function Item({ room, photo, place }: { room: Room; photo: Photo; place: Place }): JSX.Element {
  const t = words.value;
  return (
    <li class={`card item photo-card ${place}`}>
      <div class="frame">
        <Picture room={room} photo={photo} size={640} alt={photo.caption ?? t.photo_of(photo.by.name)} />
      </div>
      <p class="note row tight">
        <button type="button" class="sender" aria-label={t.person_open(photo.by.name)} onClick={() => openPerson(photo.by)}>
          {photo.by.name}
        </button>
        <Badges by={photo.by} />
        <time class="figures">{timeOfDay(photo.at)}</time>
      </p>
      {photo.caption && <p class="said">{photo.caption}</p>}
      <div class="row">
        {place !== "shown" && (
          <button type="button" class={`button grow ${place === "pending" ? "main" : ""}`} onClick={() => approve(room, photo, place)}>
            {place === "hidden" ? t.photo_restore : t.photo_approve}
          </button>
        )}
        {place === "shown" && <EntryButton room={room} photo={photo} />}
        {place === "shown" && <ToWall room={room} scene="photos" subject={photo.photo} />}
        {place !== "hidden" && (
          <button type="button" class="button grow" onClick={() => hide(room, photo)}>
            {t.photo_hide}
          </button>
        )}
        {place !== "pending" && (
          <button type="button" class="button quiet" onClick={() => remove(room, photo)}>
            {t.photo_delete}
          </button>
        )}
      </div>
    </li>
  );
}
