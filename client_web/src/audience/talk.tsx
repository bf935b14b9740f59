import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Composer } from "../chat/composer";
import { ChatList } from "../chat/list";
import type { Deeds } from "../chat/messages";
import { words } from "../i18n/words";
import type { Room } from "../page";
import { toastFailure } from "../parts/toast";

/** The talk, and the line to write in. */
export function Talk({ room }: { room: Room }): JSX.Element {
  const own = useMemo<Deeds>(
    () => ({
      remove: (message) => {
        room.client.send("chat.delete", { message: message.message }).catch(toastFailure);
      },
    }),
    [room],
  );
  return (
    <>
      <ChatList room={room} deeds={null} ownDeeds={own} />
      <Composer room={room} staff={false} placeholder={words.value.say} />
    </>
  );
}
