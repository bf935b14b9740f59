import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { IconButton, Logo } from "../parts/bricks";
import { LanguageSwitch, Live } from "../parts/top_bar";
import { lifecycle } from "../room/activities/lifecycle";
import { showingKeys } from "./desk";
import { Here } from "./here";

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

/** How the room is doing, in one line. */
export function Health({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const rate = useRate(room);
  const up = snapshot.phase === "live";
  return (
    <header class="health">
      <Logo size={28} />
      <h1>{stateOf(snapshot, lifecycle).title}</h1>
      <Live room={room} />
      <span class={`link ${up ? "up" : "down"}`} title={up ? t.connected : t.offline}>
        <i aria-hidden="true" />
        <span>{up ? t.connected : t.offline}</span>
      </span>
      <Here room={room} />
      <span class="figures rate">{t.rate(rate < 10 ? rate.toFixed(1) : rate.toFixed(0))}</span>
      <IconButton class="only-desk" icon="keys" label={t.keys} onClick={() => (showingKeys.value = true)} />
      <LanguageSwitch />
    </header>
  );
}
