import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { barred } from "../chat/barred";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Icon } from "../parts/icons";
import { Rising } from "../reactions/rising";
import { Tapping } from "../reactions/tapping";
import { lifecycle } from "../room/activities/lifecycle";
import { type Kind, KINDS } from "../room/activities/reactions";
import "../reactions/reactions.css";
import "./reaction_bar.css";

/** How long a button shows that it was tapped. */
const SHOWS = 300;

/** The reactions in a row, and above it what everybody sends. Nothing of it is read out: it would never end. */
export function ReactionBar({ room }: { room: Room }): JSX.Element | null {
  const t = words.value.lively;
  const snapshot = room.now.value;
  const { status, settings } = stateOf(snapshot, lifecycle);
  const tapping = useRef<Tapping | null>(null);
  useEffect(() => {
    const made = new Tapping(room.client);
    tapping.current = made;
    return () => made.stop();
  }, [room]);
  if (!settings.reactions_open || status === "closed") return null;
  const quiet = snapshot.phase !== "live" || barred(room, "elsewhere") !== null;
  return (
    <div class="reaction-bar" role="group" aria-label={t.reactions}>
      <Rising room={room} />
      {KINDS.map((kind) => (
        <Reaction key={kind} kind={kind} off={quiet} onTap={() => tapping.current?.tap(kind)} />
      ))}
    </div>
  );
}

function Reaction({ kind, off, onTap }: { kind: Kind; off: boolean; onTap: () => void }): JSX.Element {
  const name = words.value.lively.reaction_kinds[kind];
  const [tapped, setTapped] = useState(0);
  useEffect(() => {
    if (!tapped) return undefined;
    const timer = setTimeout(() => setTapped(0), SHOWS);
    return () => clearTimeout(timer);
  }, [tapped]);
  return (
    <button
      type="button"
      class={`b${KINDS.indexOf(kind) + 1} ${tapped ? "tapped" : ""}`}
      title={name}
      aria-label={name}
      disabled={off}
      onClick={() => {
        setTapped(tapped + 1);
        onTap();
      }}
    >
      <Icon name={kind} />
    </button>
  );
}
