import { QuestionCard } from "../audience/question_card";
import { QuestionTab } from "../audience/question_tab";
import { words } from "../i18n/words";
import { stateOf } from "../page";
import { questions, withStatus } from "../room/activities/questions";
import type { View } from "./view";

/** Questions from the audience. */
export const questionsView: View = {
  activity: questions,
  Card: QuestionCard,
  tab: {
    name: "questions",
    icon: "question",
    label: () => words.value.questions,
    count: (room) => withStatus(stateOf(room.now.value, questions), "open").length,
    newest: (room) => stateOf(room.now.value, questions).newest,
    Panel: QuestionTab,
  },
  mine: async () => (await import("../audience/mine_parts")).questionMine,
  wall: async () => {
    const { questionOnWall, QuestionScene } = await import("../wall/question_scene");
    return {
      wants: (room) => questionOnWall(room, null) !== null,
      scene: "question",
      named: (room, choice) => questionOnWall(room, choice)?.text ?? null,
      Scene: QuestionScene,
    };
  },
  console: async () => (await import("../host/question_desk")).questionDesk,
};
