import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { explain, words } from "../i18n/words";
import { Drawing, Logo } from "../parts/bricks";
import { Line } from "../parts/line";
import { LanguageSwitch } from "../parts/top_bar";
import type { PublicRoom } from "../room/api";
import { coded } from "../room/coded";
import { failureOf } from "../room/failure";
import { NICKNAME } from "../room/session";
import { device } from "../room/storage";
import { decoded } from "../room/text";

const NAME_LENGTH = 32;
const SEAT_LENGTH = 8;

/** A room's code as it was typed; whoever pastes the whole address means its room. */
export function roomIn(typed: string): string {
  const text = typed.normalize("NFKC").trim();
  const [, pasted] = /\/r\/([^/?#\s]+)/.exec(text) ?? [];
  return pasted ? decoded(pasted) : text.replace(/\s+/g, "");
}

/** The address without a room: ask for the one on the poster. */
export function Start(): JSX.Element {
  const t = words.value;
  return (
    <main class="door">
      <header class="top">
        <Logo />
        <b class="grow">{t.app}</b>
        <LanguageSwitch />
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const room = roomIn(new FormData(event.currentTarget).get("room")?.toString() ?? "");
          if (room) location.assign(`/r/${encodeURIComponent(room)}`);
        }}
      >
        <Drawing of="polls" scale={1.3} />
        <div>
          <h1>{t.start_title}</h1>
          <p class="lead">{t.start_brand}</p>
        </div>
        <label class="field">
          <span>{t.start_code}</span>
          <input class="input" name="room" autocomplete="off" autocapitalize="none" spellcheck={false} required enterkeyhint="go" />
        </label>
        <button type="submit" class="button main large wide">
          {t.join}
        </button>
        <p class="note">{t.start_hint}</p>
      </form>
      <footer>
        <a href="/lobby">{t.start_staff}</a>
      </footer>
    </main>
  );
}

interface DoorProps {
  room: PublicRoom;
  onEnter: (nickname: string) => Promise<void>;
  /** Comes back to the seat that has this code. */
  onReturn: (code: string) => Promise<void>;
}

/** One step into the room: a name, remembered from last time. */
export function Door({ room, onEnter, onReturn }: DoorProps): JSX.Element {
  const t = words.value;
  const [returning, setReturning] = useState(false);
  const [name, setName] = useState(() => device.get<string>(NICKNAME) ?? "");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const enter = async () => {
    const nickname = name.trim();
    if (!nickname || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await onEnter(nickname);
    } catch (error) {
      const { code } = failureOf(error);
      setProblem(code);
      setBusy(false);
    }
  };

  if (returning) return <Return room={room} onReturn={onReturn} onBack={() => setReturning(false)} />;
  return (
    <main class="door">
      <header class="top">
        <Logo />
        <span class="grow" />
        <LanguageSwitch />
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <Drawing of="chat" scale={1.3} />
        <div>
          <h1>{room.title || t.app}</h1>
          <p class="lead">{room.status === "closed" ? t.room_closed_long : t.join_title}</p>
        </div>
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
        <button type="submit" class="button main large wide" disabled={!name.trim() || busy}>
          {busy ? t.joining : t.join}
        </button>
        <p id="about-name" class={`note ${problem ? "bad" : ""}`} role={problem ? "alert" : undefined}>
          {problem === null ? t.join_hint : problem === "invalid" ? t.bad_name : explain(problem)}
        </p>
        <button type="button" class="button quiet" onClick={() => setReturning(true)}>
          {t.seat_door}
        </button>
      </form>
    </main>
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
  const full = code.replace("-", "").length === SEAT_LENGTH;

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
    <main class="door">
      <header class="top">
        <Logo />
        <span class="grow" />
        <LanguageSwitch />
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void back();
        }}
      >
        <Drawing of="door" scale={1.3} />
        <div>
          <h1>{t.seat_title}</h1>
          <p class="lead">{room.title}</p>
        </div>
        <label class="field">
          <span>{t.seat_lead}</span>
          <input
            ref={field}
            class="input seat-field"
            name="seat"
            aria-label={t.seat_enter}
            aria-describedby="about-seat"
            aria-invalid={problem !== ""}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            placeholder="ABCD-EFGH"
            enterkeyhint="go"
            value={code}
            onInput={(event) => {
              const neat = coded(event.currentTarget.value, SEAT_LENGTH);
              if (neat !== event.currentTarget.value) event.currentTarget.value = neat;
              setCode(neat);
            }}
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
      </form>
    </main>
  );
}
