import type { Activity } from "../activity";
import type { OrderView } from "../messages";

/** What holds for everybody but staff; a panic goes over both switches and leaves them as they are. */
export type OrderState = Readonly<OrderView>;

const FREE: OrderState = { muted: false, chat_closed: false, panicked: false };

const TURNS: Record<string, Partial<OrderView>> = {
  "room.muted": { muted: true },
  "room.unmuted": { muted: false },
  "chat.closed": { chat_closed: true },
  "chat.opened": { chat_closed: false },
  "room.panicked": { panicked: true },
  "room.calmed": { panicked: false },
};

/** Who may write at all just now. */
export const order: Activity<OrderState> = {
  name: "order",
  read: (view) => ({ ...FREE, ...(view as OrderView | undefined) }),
  apply: (state, event) => (event.type in TURNS ? { ...state, ...TURNS[event.type] } : state),
};
