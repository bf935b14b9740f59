import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { deskWords } from "../i18n/desk_words";
import { figure, words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { IconButton, Logo } from "../parts/bricks";
import { LanguageSwitch, Live } from "../parts/top_bar";
import { lifecycle } from "../room/activities/lifecycle";
import { shed } from "../room/activities/shed";
import { showingKeys } from "./desk";
import { Here } from "./here";
import { ReactionRate } from "./reaction_rate";

const OVER = 10_000;

/** Messages a second, over the last ten. */
function useRate(room: Room): number {
  const times = useRef<number[]>([]);
  const [rate, setRate] = useState(0);
  useEffect(() => {
    const stop = room.client.onEvent((event) => {
      if (event.type === "chat.sent") times.current.push(Date.now());
    });
    const timer = setInterval(() => {
      const since = Date.now() - OVER;
      times.current = times.current.filter((time) => time > since);
      setRate(times.current.length / (OVER / 1000));
    }, 1_000);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [room]);
  return rate;
}

/** How much is said, beside what the room takes; from four fifths on it is marked. */
function Rate({ rate, budget }: { rate: number; budget: number }): JSX.Element {
  const t = deskWords.value;
  const said = rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
  return (
    <span class={`figures rate ${rate >= 0.8 * budget ? "high" : ""}`} title={t.rate_title(said, figure(budget))}>
      <span aria-hidden="true">{t.rate_of(said, figure(budget))}</span>
      <span class="seen-by-readers">{t.rate_title(said, figure(budget))}</span>
    </span>
  );
}

/** What was too much; nothing is said of nothing. */
function Shed({ count }: { count: number }): JSX.Element | null {
  const t = deskWords.value;
  if (!count) return null;
  return (
    <span class="figures rate high" title={t.shed_title(figure(count))}>
      <span aria-hidden="true">{t.shed(figure(count))}</span>
      <span class="seen-by-readers">{t.shed_title(figure(count))}</span>
    </span>
  );
}

/** How the room is doing, in one line. */
export function Health({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const rate = useRate(room);
  const up = snapshot.phase === "live";
  const { title, settings } = stateOf(snapshot, lifecycle);
  return (
    <header class="health">
      <Logo size={28} />
      <h1>{title}</h1>
      <Live room={room} />
      <span class={`link ${up ? "up" : "down"}`} title={up ? t.connected : t.offline}>
        <i aria-hidden="true" />
        <span>{up ? t.connected : t.offline}</span>
      </span>
      <Here room={room} />
      <ReactionRate room={room} />
      <Rate rate={rate} budget={settings.room_rate} />
      <Shed count={stateOf(snapshot, shed)} />
      <IconButton class="only-desk" icon="keys" label={t.keys} onClick={() => (showingKeys.value = true)} />
      <LanguageSwitch />
    </header>
  );
}
