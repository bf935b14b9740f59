import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { IconButton } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { announcements, siteOf } from "../room/activities/announcements";
import "./lively.css";

/** What the host announces. Folded it stays as a line, and unfolds when something new is said. */
export function AnnouncementCard({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const { current } = stateOf(room.now.value, announcements);
  const [folded, setFolded] = useState<string | null>(null);
  if (!current) return null;
  const site = siteOf(current.link);
  const key = `${current.announcement} ${current.text}`;
  const short = folded === key;
  return (
    <section class={`pinned notice ${short ? "folded" : ""}`} role="status" aria-label={t.lively.announcement}>
      <Icon name="horn" size={20} />
      <div class="grow">
        <p>{current.text}</p>
        {site && !short && (
          <a href={current.link ?? ""} target="_blank" rel="noopener noreferrer nofollow">
            <Icon name="link" size={16} />
            {site}
          </a>
        )}
      </div>
      <IconButton icon={short ? "down" : "up"} label={short ? t.unfold : t.fold} onClick={() => setFolded(short ? null : key)} />
    </section>
  );
}
