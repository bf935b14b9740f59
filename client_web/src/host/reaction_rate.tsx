import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { figure, words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Switch } from "../parts/controls";
import { Icon } from "../parts/icons";
import { lifecycle } from "../room/activities/lifecycle";
import { reactions, total } from "../room/activities/reactions";
import { set } from "./setting";
import "./reaction_rate.css";

/** A second without any, and a little for the way. */
const STILL = 2_500;

/** Reactions a second, while there are any. */
export function ReactionRate({ room }: { room: Room }): JSX.Element | null {
  const t = words.value.lively;
  const { counts, turn } = stateOf(room.now.value, reactions);
  const [rate, setRate] = useState(0);
  const seen = useRef(turn);
  useEffect(() => {
    if (seen.current === turn) return undefined;
    seen.current = turn;
    setRate(total(counts));
    const timer = setTimeout(() => setRate(0), STILL);
    return () => clearTimeout(timer);
  }, [turn]);
  if (!rate) return null;
  return (
    <span class="figures rate reaction-rate" title={t.reaction_rate(figure(rate))}>
      <Icon name="heart" size={16} />
      <span aria-hidden="true">{figure(rate)}</span>
      <span class="seen-by-readers">{t.reaction_rate(figure(rate))}</span>
    </span>
  );
}

/** Whether people may react. */
export function ReactionSwitch({ room }: { room: Room }): JSX.Element {
  const t = words.value.lively;
  const { reactions_open } = stateOf(room.now.value, lifecycle).settings;
  return (
    <>
      <Switch label={t.reactions_open} on={reactions_open} onSwitch={(on) => set(room, { reactions_open: on }, { reactions_open })} />
      <p class="note">{t.reactions_open_hint}</p>
    </>
  );
}
