import type { FunctionComponent, JSX } from "preact";
import { useState } from "preact/hooks";
import { words } from "../i18n/words";
import type { Room } from "../page";
import type { Draw } from "../room/activities/draws";
import { toastFailure } from "./toast";

type Check = FunctionComponent<{ room: Room; draw: Draw; onClose: () => void }>;

/** Opens the check of a draw, which is fetched by those who ask for it. */
export function CheckButton({ room, draw }: { room: Room; draw: Draw }): JSX.Element {
  const [Shown, setShown] = useState<Check | null>(null);
  const open = async () => {
    const { DrawCheck } = await import("./draw_check");
    setShown(() => DrawCheck);
  };
  return (
    <>
      <button type="button" class="button quiet" onClick={() => void open().catch(toastFailure)}>
        {words.value.gifts.check}
      </button>
      {Shown && <Shown room={room} draw={draw} onClose={() => setShown(null)} />}
    </>
  );
}
