import type { JSX } from "preact";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Icon } from "../parts/icons";
import { cues, type Does } from "../room/activities/cues";
import { firsts } from "../room/activities/firsts";
import { lifecycle } from "../room/activities/lifecycle";
import { pollOnNow, polls } from "../room/activities/polls";
import { CUE_ICONS } from "../views/cue_icons";
import { toCard, toField, toPicker } from "./way";
import "./lively.css";

const WAYS: Record<Exclude<Does, "none">, () => void> = {
  chat: () => toField("chat"),
  question: () => toField("questions"),
  photo: toPicker,
  vote: () => toCard("ballot-card"),
  first: () => toCard("gift"),
};

/** Whether there is something where the button would lead. */
function leads(room: Room, does: Does): does is Exclude<Does, "none"> {
  const snapshot = room.now.value;
  const { status, settings } = stateOf(snapshot, lifecycle);
  if (does === "none" || status === "closed") return false;
  if (does === "photo") return settings.photos_open;
  if (does === "vote") return pollOnNow(stateOf(snapshot, polls))?.status === "open";
  if (does === "first") return stateOf(snapshot, firsts).firsts.some((one) => one.status === "open" || one.status === "ready");
  return true;
}

/** What the host calls people to do, with the way to it. */
export function CueCard({ room }: { room: Room }): JSX.Element | null {
  const t = words.value.lively;
  const { on } = stateOf(room.now.value, cues);
  if (!on) return null;
  const { does } = on;
  return (
    <section class="card on call" role="status" aria-label={t.cue}>
      <p class="note">
        <span class="tag live">{t.cue}</span>
      </p>
      <h2>{on.text}</h2>
      {leads(room, does) && (
        <button type="button" class="button main wide" onClick={WAYS[does]}>
          <Icon name={CUE_ICONS[does]} size={20} />
          {t.cue_does[does]}
        </button>
      )}
    </section>
  );
}
