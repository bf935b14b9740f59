import type { JSX } from "preact";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { ownQuestions, questions } from "../room/activities/questions";
import type { MinePart } from "../views/view";
import { OwnRow } from "./question_tab";

/** One's own questions, wherever they stand; the server tells of the latest. */
export const questionMine: MinePart = {
  name: "questions",
  label: () => words.value.mine.questions,
  some: (room) => (room.now.value.mine.questions?.asked.length ?? 0) > 0,
  verdicts: ({ now }) =>
    (now.value.mine.questions?.asked ?? []).flatMap(({ question, status }) =>
      status === "waiting" || status === "open" ? [] : `${question} ${status}`,
    ),
  List,
};

function List({ room }: { room: Room }): JSX.Element {
  const { mine } = room.now.value;
  const own = ownQuestions(stateOf(room.now.value, questions), mine.questions?.asked ?? []);
  return (
    <ul>
      {own.map((one) => (
        <OwnRow key={one.question} room={room} own={one} />
      ))}
    </ul>
  );
}
