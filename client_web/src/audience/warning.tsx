import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { words } from "../i18n/words";
import type { Room } from "../page";
import { IconButton } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { device } from "../room/storage";

const keyOf = (room: Room): string => `showfloor.warned.${room.session.pass.room}`;

/** A host has warned this person; it stays until they have read it, and does not come again after a reload. */
export function Warning({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const [read, setRead] = useState(() => device.get<number>(keyOf(room)) ?? 0);
  const at = room.now.value.mine.people?.warned?.at;
  if (at === undefined || at <= read) return null;
  const dismiss = () => {
    device.set(keyOf(room), at);
    setRead(at);
  };
  return (
    <section class="pinned warning" role="alert">
      <Icon name="alert" size={20} />
      <p>{t.warned_you}</p>
      <IconButton icon="close" label={t.close} onClick={dismiss} />
    </section>
  );
}
