import type { JSX } from "preact";
import { words } from "../i18n/words";
import type { Order } from "../room/activities/questions";
import { Choices } from "./controls";

/** What comes first among questions. */
export function QuestionOrder({ order, onOrder }: { order: Order; onOrder: (order: Order) => void }): JSX.Element {
  const t = words.value;
  return (
    <Choices
      bare
      label={t.questions_order}
      value={order}
      of={[
        ["votes", t.questions_by_votes],
        ["time", t.questions_by_time],
      ]}
      onChoose={onOrder}
    />
  );
}
