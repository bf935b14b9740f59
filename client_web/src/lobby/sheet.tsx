import type { JSX } from "preact";
import { staffWords } from "../i18n/staff_words";
import { Logo } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { Qr } from "../parts/qr";
import { api, type PublicRoom } from "../room/api";
import { failureOf } from "../room/failure";
import { audienceAddress } from "../room/session";
import { Loaded, useAsked } from "../staff/loaded";
import { shopName } from "../staff/signed_in";
import { NoRoom } from "./room";
import "./sheet.css";

type KnownRoom = PublicRoom & { shop?: string | null };

/** One page of paper for the door or the till. */
export function PrintSheet({ room: id }: { room: string }): JSX.Element {
  const t = staffWords.value;
  const asked = useAsked<KnownRoom>(() => api.room(id), `room ${id}`);
  if (asked.failure !== null && ["not_found", "forbidden"].includes(failureOf(asked.failure).code)) return <NoRoom />;
  return (
    <>
      <div class="row print-bar">
        <a class="back" href={`/lobby/rooms/${encodeURIComponent(id)}`}>
          <Icon name="left" size={20} />
          {t.back}
        </a>
        <span class="grow note">{t.sheet_hint}</span>
        <button type="button" class="button main" onClick={() => window.print()}>
          <Icon name="printer" size={20} />
          {t.sheet_print}
        </button>
      </div>
      <Loaded of={asked}>{(room) => <Paper room={room} />}</Loaded>
    </>
  );
}

/** A title's size by the room that it takes: a Chinese character is twice as wide as a letter. */
function sizeOf(title: string): string {
  const wide = Array.from(title).reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 : 1), 0);
  if (wide > 52) return "longer";
  return wide > 28 ? "long" : "";
}

function Paper({ room }: { room: KnownRoom }): JSX.Element {
  const t = staffWords.value;
  const url = audienceAddress(room.id, room.url);
  const shop = shopName(room.shop ?? null);
  return (
    <div class="paper-frame">
      <article class="paper" aria-label={t.sheet}>
        <header>
          <Logo size={56} />
          {shop && <p class="of-shop">{shop}</p>}
        </header>
        <h1 class={sizeOf(room.title)}>{room.title || room.id}</h1>
        <div class="code-frame">
          <Qr text={url} label={url} />
        </div>
        <p class="scan">{t.sheet_scan}</p>
        <p class="address-line">
          {t.sheet_or}
          <b>{url.replace(/^https?:\/\//, "")}</b>
        </p>
        <ol>
          {t.sheet_steps.map(([what, how], place) => (
            <li key={what} class={`b${place + 1}`}>
              <span class="stud-block" aria-hidden="true">
                {place + 1}
              </span>
              <b>{what}</b>
              <span>{how}</span>
            </li>
          ))}
        </ol>
        <footer aria-hidden="true">
          {Array.from({ length: 12 }, (_, place) => (
            <i key={place} class={`b${(place % 5) + 1}`} />
          ))}
        </footer>
      </article>
    </div>
  );
}
