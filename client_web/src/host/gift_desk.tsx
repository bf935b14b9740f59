import { signal } from "@preact/signals";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { draws } from "../room/activities/draws";
import { firsts } from "../room/activities/firsts";
import type { ConsolePart } from "../views/view";
import { DrawForm, DrawList } from "./draw_desk";
import { FirstForm, FirstList } from "./first_desk";
import "../style/gifts.css";

/** The form that is open. */
const making = signal<"first" | "draw" | null>(null);
const close = () => (making.value = null);

/** Gifts that somebody has yet to collect. */
function waiting(room: Room): number {
  const given = stateOf(room.now.value, firsts).firsts.filter((one) => one.status === "closed");
  const places = given.reduce((sum, one) => sum + one.taken - one.redeemed.length, 0);
  const won = stateOf(room.now.value, draws).draws.flatMap((one) => one.won);
  return places + won.filter((prize) => !prize.redeemed).length;
}

/** Gifts in the console: what is prepared, what is on, and who has yet to collect. */
export const giftDesk: ConsolePart = {
  panel: {
    name: "gifts",
    icon: "gift",
    label: () => words.value.gifts.tab,
    count: waiting,
    Panel: ({ room }) => (
      <div class="gift-panel">
        <FirstList room={room} onNew={() => (making.value = "first")} />
        <DrawList room={room} onNew={() => (making.value = "draw")} />
      </div>
    ),
  },
  Over: ({ room }) => {
    if (making.value === "first") return <FirstForm room={room} onClose={close} />;
    return making.value === "draw" ? <DrawForm room={room} onClose={close} /> : null;
  },
};
