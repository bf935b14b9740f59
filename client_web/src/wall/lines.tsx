import type { JSX } from "preact";
import { type Room, stateOf } from "../page";
import { Icon } from "../parts/icons";
import { announcements, siteOf } from "../room/activities/announcements";
import { cues } from "../room/activities/cues";
import { CUE_ICONS } from "../views/cue_icons";

/** As large as its length allows. */
function size(text: string): string {
  const length = Array.from(text).length;
  return length <= 16 ? "short" : length <= 44 ? "middle" : "long";
}

/** What people are called to do, over whatever scene is on. */
export function CueLine({ room }: { room: Room }): JSX.Element | null {
  const { on } = stateOf(room.now.value, cues);
  if (!on) return null;
  return (
    <div class={`line call ${size(on.text)}`} role="status">
      <Icon name={CUE_ICONS[on.does]} size={72} />
      <p>{on.text}</p>
    </div>
  );
}

/** What is announced, likewise. */
export function AnnouncementLine({ room }: { room: Room }): JSX.Element | null {
  const { current } = stateOf(room.now.value, announcements);
  if (!current) return null;
  const site = siteOf(current.link);
  return (
    <div class="line notice" role="status">
      <Icon name="horn" size={56} />
      <p>
        {current.text}
        {site && <b> {site}</b>}
      </p>
    </div>
  );
}
