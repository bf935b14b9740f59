import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Room, stateOf } from "../page";
import { drawn, type Kind, KINDS, reactions } from "../room/activities/reactions";
import { Block } from "./block";

/** Blocks in the air at once. */
const MOST = 12;
/** Those of one second set off one after the other. */
const SPREAD = 900;
/** Taken away even where the end of the motion is never told. */
const GONE = 4_500;

interface Rise {
  key: number;
  kind: Kind;
  /** Where it sets off, in percent of the width, and when, in ms. */
  left: number;
  after: number;
}

const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

let count = 0;
const rise = (kind: Kind, after: number): Rise => ({ key: ++count, kind, left: Math.random() * 80, after });

/** What everybody sends, as a few blocks that rise and fade; nothing at all for those who want no motion. */
export function Rising({ room }: { room: Room }): JSX.Element | null {
  const { counts, turn } = stateOf(room.now.value, reactions);
  const [rises, setRises] = useState<readonly Rise[]>([]);
  const seen = useRef(turn);
  useEffect(() => {
    if (seen.current === turn) return;
    seen.current = turn;
    if (still() || document.hidden) return;
    const fresh = KINDS.flatMap((kind) =>
      Array.from({ length: drawn(counts[kind] ?? 0) }, () => rise(kind, Math.random() * SPREAD)),
    );
    const keys = new Set(fresh.map((one) => one.key));
    setRises((now) => [...now, ...fresh].slice(-MOST));
    setTimeout(() => setRises((now) => now.filter((one) => !keys.has(one.key))), GONE);
  }, [turn]);
  if (!rises.length) return null;
  return (
    <div class="rising" aria-hidden="true">
      {rises.map(({ key, kind, left, after }) => (
        <i key={key} style={{ left: `${left}%`, animationDelay: `${after}ms` }}>
          <Block kind={kind} />
        </i>
      ))}
    </div>
  );
}
