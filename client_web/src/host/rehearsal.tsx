import type { JSX } from "preact";
import { deskWords } from "../i18n/desk_words";
import { figure, words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { toast, toastFailure } from "../parts/toast";
import { lifecycle } from "../room/activities/lifecycle";
import { failureOf } from "../room/failure";
import { act } from "./act";
import { confirmTyped } from "./typed";

async function begin(room: Room): Promise<void> {
  try {
    await room.client.send("room.rehearse", {});
    toast(words.value.done["room.rehearse"] ?? words.value.ok);
  } catch (error) {
    if (failureOf(error).code === "conflict") toast(deskWords.value.rehearse_used);
    else toastFailure(error);
  }
}

function end(room: Room): void {
  const desk = deskWords.value;
  confirmTyped(desk.rehearse_end, desk.rehearse_end_sure, desk.rehearse_end_word, () => void act(room, "room.clear", {}));
}

const isHost = (room: Room): boolean => room.now.value.you?.role === "host";

/** That this is a rehearsal, wherever the host is in the console: who comes in for the show must not find it on. */
export function Rehearsing({ room }: { room: Room }): JSX.Element | null {
  const desk = deskWords.value;
  const { occupancy } = room.now.value;
  if (!stateOf(room.now.value, lifecycle).rehearsal) return null;
  return (
    <div class={`banner ${occupancy ? "missed" : "back"} quiet-now`} role="status">
      {occupancy ? desk.rehearsing_people(figure(occupancy)) : desk.rehearsing}
      {isHost(room) && (
        <button type="button" onClick={() => end(room)}>
          {desk.rehearse_end_short}
        </button>
      )}
    </div>
  );
}

/** Where a host begins it. */
export function Rehearse({ room }: { room: Room }): JSX.Element | null {
  const desk = deskWords.value;
  if (!isHost(room) || stateOf(room.now.value, lifecycle).rehearsal) return null;
  return (
    <section class="group">
      <h2>{words.value.rehearsal}</h2>
      <button type="button" class="button wide" onClick={() => void begin(room)}>
        {desk.rehearse}
      </button>
      <p class="note">{desk.rehearse_hint}</p>
    </section>
  );
}
