import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { barred } from "../chat/barred";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Empty } from "../parts/bricks";
import { confirmFirst, Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { timeOfDay, useTick } from "../parts/time";
import { ShopTag } from "../parts/shop_tag";
import { toast, toastFailure } from "../parts/toast";
import { Picture } from "../photos/picture";
import { lifecycle } from "../room/activities/lifecycle";
import { type Photo, photos } from "../room/activities/photos";
import type { OwnPhoto } from "../room/messages";
import "./photos.css";

/** Photos in the page at once. */
const SHOWN = 60;
/** How many one may have. */
const EACH = 20;

type Form = typeof import("./photo_form").PhotoForm;

/** Everybody's photos, one's own first with how they stand, and a way to send one. */
export function PhotoTab({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const state = stateOf(snapshot, photos);
  const own = [...(snapshot.mine.photos?.photos ?? [])].reverse();
  const mine = new Set(own.map((one) => one.photo));
  const others = state.photos.filter((one) => !mine.has(one.photo)).slice(-SHOWN).reverse();
  const older = state.count - others.length - own.filter((one) => one.place === "shown").length;
  const [open, setOpen] = useState<Photo | null>(null);
  return (
    <>
      <div class="kind-list" tabIndex={0} role="region" aria-label={t.photos}>
        {own.length + others.length === 0 && <Empty drawing="photos" title={t.photos_empty} hint={t.photos_empty_hint} />}
        {own.length > 0 && (
          <section>
            <h2>{t.photos_mine}</h2>
            <ul class="own-photos">
              {own.map((one) => (
                <OwnRow key={one.photo} room={room} own={one} />
              ))}
            </ul>
          </section>
        )}
        {others.length > 0 && (
          <section>
            {own.length > 0 && <h2>{t.photos_all}</h2>}
            <ul class="photo-grid">
              {others.map((one) => (
                <li key={one.photo}>
                  <button type="button" aria-label={t.photo_of(one.by.name)} onClick={() => setOpen(one)}>
                    <Picture room={room} photo={one} size={640} alt="" />
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
        {older > 0 && others.length > 0 && <p class="note">{t.photos_older(figure(older))}</p>}
      </div>
      <Sender room={room} full={own.length >= EACH} />
      {open && (
        <Dialog title={t.photo_of(open.by.name)} onClose={() => setOpen(null)}>
          <div class="photo-large" style={{ "--ratio": String(open.width / open.height) }}>
            <Picture room={room} photo={open} size={2048} alt={open.caption ?? t.photo_of(open.by.name)} />
          </div>
          <ShopTag by={open.by} />
          {open.caption && <p>{open.caption}</p>}
        </Dialog>
      )}
    </>
  );
}

export function OwnRow({ room, own }: { room: Room; own: OwnPhoto }): JSX.Element {
  const t = words.value;
  const remove = () =>
    confirmFirst(t.photo_delete_title, t.photo_delete_text, t.photo_delete, () => {
      room.client
        .send("photo.delete", { photo: own.photo })
        .then(() => toast(t.photo_deleted))
        .catch(toastFailure);
    });
  return (
    <li class={`own-photo ${own.place}`}>
      <div class="thumb">
        <Picture room={room} photo={own} size={160} alt={own.caption ?? t.photos_mine} />
      </div>
      <div class="grow">
        <p>
          <span class={`tag ${own.place === "shown" ? "good" : own.place === "pending" ? "warn" : ""}`}>{t.photo_place[own.place]}</span>
        </p>
        <p class="note">
          <time class="figures">{timeOfDay(own.at)}</time> {own.caption}
        </p>
      </div>
      <button type="button" class="button quiet icon" aria-label={t.photo_delete} title={t.photo_delete} onClick={remove}>
        <Icon name="trash" size={20} />
      </button>
    </li>
  );
}

function Sender({ room, full }: { room: Room; full: boolean }): JSX.Element {
  const t = words.value;
  const { status, settings } = stateOf(room.now.value, lifecycle);
  const bar = barred(room, "elsewhere");
  useTick(bar?.counts === true);
  const closed = status === "closed" || !settings.photos_open;
  const [file, setFile] = useState<File | null>(null);
  const [Form, setForm] = useState<{ of: Form } | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // Only who sends a photo needs it.
    if (file && !Form) import("./photo_form").then(({ PhotoForm }) => setForm({ of: PhotoForm }), toastFailure);
  }, [file]);
  return (
    <div class="photo-bar">
      <input
        ref={field}
        type="file"
        accept="image/*,.heic,.heif"
        class="seen-by-readers"
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          setFile(event.currentTarget.files?.[0] ?? null);
          event.currentTarget.value = "";
        }}
      />
      <button type="button" class="button main wide" disabled={closed || full || bar !== null} onClick={() => field.current?.click()}>
        <Icon name="photo" size={20} />
        {closed ? t.photos_closed : bar ? bar.why : full ? t.photos_full(EACH) : t.photos_add}
      </button>
      {file && Form && <Form.of room={room} file={file} onClose={() => setFile(null)} />}
    </div>
  );
}
