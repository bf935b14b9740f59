import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { explain, words } from "../i18n/words";
import { Drawing, Logo } from "../parts/bricks";
import { Line } from "../parts/line";
import { LanguageSwitch } from "../parts/top_bar";
import type { PublicRoom } from "../room/api";
import { failureOf } from "../room/failure";
import { NICKNAME } from "../room/session";
import { device } from "../room/storage";

const NAME_LENGTH = 32;

/** The address without a room: ask for the one on the poster. */
export function Start(): JSX.Element {
  const t = words.value;
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
          const room = new FormData(event.currentTarget).get("room")?.toString().trim();
          if (room) location.assign(`/r/${encodeURIComponent(room)}`);
        }}
      >
        <Drawing of="polls" scale={1.3} />
        <h1>{t.start_title}</h1>
        <label class="field">
          <span>{t.start_code}</span>
          <input class="input" name="room" autocomplete="off" autocapitalize="none" required enterkeyhint="go" />
        </label>
        <button type="submit" class="button main large wide">
          {t.join}
        </button>
        <p class="note">{t.start_hint}</p>
      </form>
    </main>
  );
}

/** One step into the room: a name, remembered from last time. */
export function Door({ room, onEnter }: { room: PublicRoom; onEnter: (nickname: string) => Promise<void> }): JSX.Element {
  const t = words.value;
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
      </form>
    </main>
  );
}
