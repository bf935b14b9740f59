import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { figure } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Block } from "../reactions/block";
import { Rising } from "../reactions/rising";
import { type Counts, type Kind, KINDS, reactions } from "../room/activities/reactions";

/** So long after the last reaction the counters leave, and begin anew with the next. */
const STAYS = 12_000;

const added = (sums: Counts, counts: Counts): Counts =>
  Object.fromEntries(KINDS.map((kind): [Kind, number] => [kind, (sums[kind] ?? 0) + (counts[kind] ?? 0)]));

/** What the room sends just now: a few blocks that rise, and how many there were since it was last still. */
export function ReactionRise({ room }: { room: Room }): JSX.Element {
  const { counts, turn } = stateOf(room.now.value, reactions);
  const [sums, setSums] = useState<Counts>({});
  const seen = useRef(turn);
  useEffect(() => {
    if (seen.current === turn) return undefined;
    seen.current = turn;
    setSums((now) => added(now, counts));
    const timer = setTimeout(() => setSums({}), STAYS);
    return () => clearTimeout(timer);
  }, [turn]);
  const shown = KINDS.filter((kind) => sums[kind]);
  return (
    <div class="reaction-rise" aria-hidden="true">
      <Rising room={room} />
      {shown.map((kind) => (
        <span key={kind} class="figures">
          <Block kind={kind} />
          {figure(sums[kind] ?? 0)}
        </span>
      ))}
    </div>
  );
}
