import type { JSX } from "preact";
import { Icon } from "../parts/icons";
import { type Kind, KINDS } from "../room/activities/reactions";

/** A reaction as a block with two studs. */
export function Block({ kind }: { kind: Kind }): JSX.Element {
  return (
    <span class={`reaction-block b${KINDS.indexOf(kind) + 1}`} aria-hidden="true">
      <Icon name={kind} size={20} />
    </span>
  );
}
