import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { onScreen, questions, sorted, withStatus } from "../room/activities/questions";
import type { ConsolePart } from "../views/view";
import { answer, approve, hide, toggleShown } from "./question_acts";
import { QuestionPanel } from "./question_list";
import { QuestionNow } from "./question_now";

/** The most wanted question goes to the screen next, the one that waits longest is approved first. */
function keys(room: Room): Record<string, () => void> {
  const state = stateOf(room.client.snapshot, questions);
  const shown = onScreen(state);
  const next = sorted(withStatus(state, "open"), "votes")[0];
  const waiting = withStatus(state, "waiting")[0];
  return {
    q: () => waiting && approve(room, waiting),
    w: () => waiting && hide(room, waiting),
    s: () => {
      const one = shown ?? next;
      if (one) toggleShown(room, one);
    },
    d: () => shown && answer(room, shown),
  };
}

/** Questions in the console. */
export const questionDesk: ConsolePart = {
  Now: QuestionNow,
  panel: {
    name: "questions",
    icon: "question",
    label: () => words.value.questions,
    count: (room) => {
      const state = stateOf(room.now.value, questions);
      return withStatus(state, "waiting").length || withStatus(state, "open").length;
    },
    Panel: QuestionPanel,
  },
  keys,
};
