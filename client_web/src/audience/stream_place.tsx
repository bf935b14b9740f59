import { type FunctionComponent, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { stream } from "../room/activities/stream";
import type { Streamed } from "../room/messages";

const AGAIN = 5_000;

type Screen = FunctionComponent<{ room: Room; shown: Readonly<Streamed> }>;

/** Where the stream is shown, if there is one; what plays it is fetched only then. */
export function StreamPlace({ room }: { room: Room }): JSX.Element | null {
  const { stream: shown } = stateOf(room.now.value, stream);
  const [Fetched, setFetched] = useState<Screen | null>(null);
  const [tries, setTries] = useState(0);
  const on = shown?.status === "live";
  useEffect(() => {
    if (!on || Fetched) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // The room goes on without it.
    const again = () => {
      timer = setTimeout(() => setTries(tries + 1), AGAIN);
    };
    import("../stream/screen").then(({ Screen }) => setFetched(() => Screen), again);
    return () => clearTimeout(timer);
  }, [on, tries]);
  if (!shown) return null;
  return (
    <div class="stream-place">
      {on ? Fetched ? <Fetched room={room} shown={shown} /> : <div class="stream-frame" /> : <p class="note">{words.value.stream_paused}</p>}
    </div>
  );
}
