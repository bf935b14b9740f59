import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { explain, words } from "../i18n/words";
import { Drawing, Logo } from "../parts/bricks";
import { CodeField, isFull } from "../parts/code_field";
import { Line } from "../parts/line";
import { LanguageSwitch } from "../parts/top_bar";
import type { PublicRoom } from "../room/api";
import { failureOf } from "../room/failure";
import { NICKNAME } from "../room/session";
import { device } from "../room/storage";
import { decoded } from "../room/text";
import { ShopField } from "./shop_field";

const NAME_LENGTH = 32;
const SEAT_LENGTH = 8;

/** A room's code as it was typed; whoever pastes the whole address means its room. */
export function roomIn(typed: string): string {
  const text = typed.normalize("NFKC").trim();
  const [, pasted] = /\/r\/([^/?#\s]+)/.exec(text) ?? [];
  return pasted ? decoded(pasted) : text.replace(/\s+/g, "");
}

interface FrameProps {
  drawing: "polls" | "chat" | "door";
  title: string;
  lead: string;
  onSubmit: () => void;
  /** Named in the bar where the title is not a room's. */
  named?: boolean;
  /** Below all else. */
  foot?: ComponentChildren;
  children: ComponentChildren;
}

/** What all ways in look like: a drawing, what this is, and one step to take. */
function Frame({ drawing, title, lead, onSubmit, named = false, foot, children }: FrameProps): JSX.Element {
  return (
    <main class="door">
      <header class="top">
        <Logo />
        {named ? <b class="grow">{words.value.app}</b> : <span class="grow" />}
        <LanguageSwitch />
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <Drawing of={drawing} scale={1.3} />
        <div>
          <h1>{title}</h1>
          <p class="lead">{lead}</p>
        </div>
        {children}
      </form>
      {foot && <footer>{foot}</footer>}
    </main>
  );
}

/** The address without a room: ask for the one on the poster. */
export function Start(): JSX.Element {
  const t = words.value;
  const field = useRef<HTMLInputElement>(null);
  const go = () => {
    const room = roomIn(field.current?.value ?? "");
    if (room) location.assign(`/r/${encodeURIComponent(room)}`);
  };
  return (
    <Frame drawing="polls" title={t.start_title} lead={t.start_brand} onSubmit={go} named foot={<a href="/lobby">{t.start_staff}</a>}>
      <label class="field">
        <span>{t.start_code}</span>
        <input
          ref={field}
          class="input"
          name="room"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          required
          enterkeyhint="go"
        />
      </label>
      <button type="submit" class="button main large wide">
        {t.join}
      </button>
      <p class="note">{t.start_hint}</p>
    </Frame>
  );
}

interface DoorProps {
  room: PublicRoom;
  /** The shop whose code was scanned, if one was. */
  shop?: string | undefined;
  onEnter: (nickname: string, shop?: string) => Promise<void>;
  /** Comes back to the seat that has this code. */
  onReturn: (code: string, shop?: string) => Promise<void>;
}

/** One step into the room: a name, remembered from last time. */
export function Door({ room, shop: scanned, onEnter, onReturn }: DoorProps): JSX.Element {
  const t = words.value;
  const [returning, setReturning] = useState(false);
  const [name, setName] = useState(() => device.get<string>(NICKNAME) ?? "");
  const shops = room.shops ?? [];
  const [shop, setShop] = useState(() => (shops.some(({ id }) => id === scanned) ? scanned : undefined));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const enter = async () => {
    const nickname = name.trim();
    if (!nickname || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await onEnter(nickname, shop);
    } catch (error) {
      const { code } = failureOf(error);
      setProblem(code);
      setBusy(false);
    }
  };

  if (returning) return <Return room={room} onReturn={(code) => onReturn(code, shop)} onBack={() => setReturning(false)} />;
  return (
    <Frame
      drawing="chat"
      title={room.title || t.app}
      lead={room.rehearsal ? t.rehearsal_door : room.status === "closed" ? t.room_closed_long : t.join_title}
      onSubmit={() => void enter()}
    >
      <label class="field">
        <span>{t.join_name}</span>
        <Line
          name="nickname"
          autocomplete="nickname"
          placeholder={t.join_placeholder}
          most={NAME_LENGTH}
          value={name}
          enterkeyhint="go"
          aria-invalid={problem === "invalid"}
          aria-describedby="about-name"
          onText={setName}
        />
      </label>
      <ShopField shops={shops} shop={shop} onShop={setShop} />
      <button type="submit" class="button main large wide" disabled={!name.trim() || busy}>
        {busy ? t.joining : t.join}
      </button>
      <p id="about-name" class={`note ${problem ? "bad" : ""}`} role={problem ? "alert" : undefined}>
        {problem === null ? t.join_hint : problem === "invalid" ? t.bad_name : explain(problem)}
      </p>
      <button type="button" class="button quiet" onClick={() => setReturning(true)}>
        {t.seat_door}
      </button>
    </Frame>
  );
}

/** Who was here before gives a code, and has their name and votes again. */
function Return({ room, onReturn, onBack }: { room: PublicRoom; onReturn: DoorProps["onReturn"]; onBack: () => void }): JSX.Element {
  const t = words.value;
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const full = isFull(code, SEAT_LENGTH);

  const back = async () => {
    if (!full || busy) return;
    setBusy(true);
    setProblem("");
    try {
      await onReturn(code);
    } catch (error) {
      const failure = failureOf(error);
      setProblem(failure.code === "not_found" || failure.code === "invalid" ? t.seat_wrong : explain(failure.code));
      setBusy(false);
    }
  };

  return (
    <Frame drawing="door" title={t.seat_title} lead={room.title} onSubmit={() => void back()}>
      <label class="field">
        <span>{t.seat_lead}</span>
        <CodeField
          field={field}
          name="seat"
          class="seat-field"
          aria-label={t.seat_enter}
          aria-describedby="about-seat"
          length={SEAT_LENGTH}
          placeholder="ABCD-EFGH"
          value={code}
          wrong={problem !== ""}
          onCode={setCode}
        />
      </label>
      <button type="submit" class="button main large wide" disabled={busy || !full}>
        {busy ? t.seat_finding : t.seat_find}
      </button>
      <p id="about-seat" class={`note ${problem ? "bad" : ""}`} role={problem ? "alert" : undefined}>
        {problem || t.seat_hint}
      </p>
      <button type="button" class="button quiet" onClick={onBack}>
        {t.seat_none}
      </button>
    </Frame>
  );
}
