import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { explain, figure, words } from "../i18n/words";
import type { Room } from "../page";
import type { Draw } from "../room/activities/draws";
import { api } from "../room/api";
import { failureOf } from "../room/failure";
import { canCheck, type Checked, checkDraw, type DrawList } from "../room/lot";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { Problem } from "./problem";

/** A ticket as people read it out. */
export const short = (ticket: string): string => ticket.slice(-6).toUpperCase();

interface Found {
  list: DrawList;
  checked: Checked;
}

/** The draw checked by this browser, from nothing but what was published. */
export function DrawCheck({ room, draw, onClose }: { room: Room; draw: Draw; onClose: () => void }): JSX.Element {
  const t = words.value.gifts;
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    const look = async () => {
      if (!canCheck()) throw new Error("no digests here");
      const list = await api.draw(room.session.pass.room, draw.draw, room.session.pass.token);
      setFound({ list, checked: await checkDraw(list, draw) });
    };
    look().catch((error: unknown) => setProblem(canCheck() ? explain(failureOf(error).code) : t.check_unsafe));
  }, [draw.draw, draw.passed.length]);
  const mine = room.now.value.mine.draws?.tickets[draw.draw]?.ticket;
  return (
    <Dialog title={t.check_title} onClose={onClose}>
      <div class="stack check">
        <p class="note">{t.check_how}</p>
        {!found && !problem && <p role="status">{t.checking}</p>}
        <Problem text={problem} />
        {found && (
          <ul class="stack" role="status">
            <Line right={found.checked.roll} text={t.check_roll(figure(found.list.tickets.length))} />
            {mine && <Line right={found.list.tickets.includes(mine)} text={t.check_mine(short(mine))} />}
            <Line right={found.checked.commitment} text={t.check_commitment} />
            <Line right={found.checked.winners} text={t.check_winners} />
          </ul>
        )}
        {found && (
          <details>
            <summary>{t.check_details}</summary>
            <dl>
              <dt>{t.check_names.commitment}</dt>
              <dd>{draw.commitment}</dd>
              <dt>{t.check_names.roll}</dt>
              <dd>{draw.roll}</dd>
              {found.list.seed && (
                <>
                  <dt>{t.check_names.seed}</dt>
                  <dd>{found.list.seed}</dd>
                </>
              )}
              <dt>{t.check_names.won}</dt>
              <dd>{found.list.won.map((one) => `${one.place}: ${one.ticket}`).join(", ") || "–"}</dd>
            </dl>
          </details>
        )}
      </div>
    </Dialog>
  );
}

function Line({ right, text }: { right: boolean | null; text: string }): JSX.Element {
  const t = words.value.gifts;
  const state = right === null ? "later" : right ? "right" : "wrong";
  return (
    <li class={`row tight ${state}`}>
      <Icon name={right === null ? "clock" : right ? "check" : "alert"} size={20} />
      <span class="grow">{text}</span>
      <b>{t.check_states[state]}</b>
    </li>
  );
}
