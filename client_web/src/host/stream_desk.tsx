import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { figure, words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Line } from "../parts/line";
import { Problem } from "../parts/problem";
import { toast, toastFailure } from "../parts/toast";
import { type Reach, stream } from "../room/activities/stream";
import { failureOf } from "../room/failure";
import type { Fields, Streamed } from "../room/messages";
import { streamWords } from "./stream_words";
import "./stream.css";

const ADDRESS_LENGTH = 2_000;
const TITLE_LENGTH = 120;

/** Seconds with a tenth where it says something: 3.2, 12. */
export const seconds = (ms: number): string => (ms < 10_000 ? String(Math.round(ms / 100) / 10) : String(Math.round(ms / 1000)));

/** How the stream reaches people, in one line; empty while nobody watches. */
export function reachLine(reach: Reach | null): string {
  const t = streamWords.value;
  if (!reach || reach.viewers === 0) return "";
  const { median_ms, p90_ms } = reach;
  if (median_ms === null || p90_ms === null) return t.watched(figure(reach.viewers));
  return t.reach(seconds(median_ms), seconds(p90_ms), figure(reach.viewers));
}

/** Below the strip that says how the room is. */
export function StreamHealth({ room }: { room: Room }): JSX.Element | null {
  const line = reachLine(stateOf(room.now.value, stream).reach);
  return line ? (
    <aside class="stream-health figures" aria-label={streamWords.value.title}>
      {line}
    </aside>
  ) : null;
}

/** Beside a vote's end: who sees the stream late also votes late. */
export function VoteHint({ room }: { room: Room }): JSX.Element | null {
  const late = stateOf(room.now.value, stream).reach?.p90_ms ?? 0;
  return late >= 1_000 ? <p class="note">{streamWords.value.vote_hint(seconds(late))}</p> : null;
}

/** The stream that the audience sees, for hosts. */
export function StreamDesk({ room }: { room: Room }): JSX.Element {
  const t = streamWords.value;
  const { stream: shown } = stateOf(room.now.value, stream);
  const [changing, setChanging] = useState(false);
  return (
    <section class="group">
      <h2>{t.title}</h2>
      {shown && <Shown room={room} shown={shown} />}
      {!shown || changing ? (
        <StreamForm room={room} onDone={() => setChanging(false)} />
      ) : (
        <button type="button" class="button wide" onClick={() => setChanging(true)}>
          {t.change}
        </button>
      )}
    </section>
  );
}

type Turn = "stream.set" | "stream.pause" | "stream.resume" | "stream.clear";

/** Do it, and say that it is done. */
async function turn<Type extends Turn>(room: Room, type: Type, fields: Fields<Type>, undo?: () => void): Promise<void> {
  try {
    await room.client.send(type, fields);
    toast(streamWords.value.done[type], undo ? words.value.undo : undefined, undo);
  } catch (error) {
    toastFailure(error);
  }
}

function Shown({ room, shown }: { room: Room; shown: Readonly<Streamed> }): JSX.Element {
  const t = streamWords.value;
  const live = shown.status === "live";
  const { address, title } = shown;
  const again = () => void turn(room, "stream.set", { address, ...(title ? { title } : {}) });
  const pause = () => void turn(room, "stream.pause", {}, resume);
  const resume = () => void turn(room, "stream.resume", {}, pause);
  return (
    <>
      <p class="row tight stream-shown">
        <span class={`tag ${live ? "live" : ""}`}>{t.states[shown.status]}</span>
        <span class="grow">
          {title && <b>{title} </b>}
          {address.split("?", 1)[0]}
        </span>
      </p>
      <div class="row acts">
        <button type="button" class="button" onClick={live ? pause : resume}>
          {live ? t.pause : t.resume}
        </button>
        <button type="button" class="button" onClick={() => void turn(room, "stream.clear", {}, again)}>
          {t.clear}
        </button>
      </div>
    </>
  );
}

function StreamForm({ room, onDone }: { room: Room; onDone: () => void }): JSX.Element {
  const t = streamWords.value;
  const [address, setAddress] = useState("");
  const [title, setTitle] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  const save = async () => {
    const wanted = address.trim();
    setProblem(wanted ? "" : t.no_address);
    if (!wanted || busy) return;
    setBusy(true);
    try {
      await room.client.send("stream.set", { address: wanted, ...(title.trim() ? { title: title.trim() } : {}) });
      onDone();
    } catch (error) {
      const { code } = failureOf(error);
      if (code === "forbidden") setProblem(t.not_listed(siteOf(wanted)));
      else if (code === "invalid") setProblem(t.no_address);
      else toastFailure(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      class="stack form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <p class="note">
        {t.hint} {t.everybody}
      </p>
      <label class="field">
        <span>{t.address}</span>
        <Line value={address} most={ADDRESS_LENGTH} placeholder="https://live.example/show.m3u8" onText={setAddress} />
      </label>
      <label class="field">
        <span>{t.name}</span>
        <Line value={title} most={TITLE_LENGTH} placeholder={t.name_hint} onText={setTitle} />
      </label>
      <Problem text={problem} />
      <button type="submit" class="button main wide" disabled={busy}>
        {t.begin}
      </button>
    </form>
  );
}

function siteOf(address: string): string {
  try {
    return new URL(address, location.origin).host;
  } catch {
    return address;
  }
}
