import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Empty, IconButton } from "../parts/bricks";
import { CheckButton } from "../parts/check_button";
import { Choices } from "../parts/controls";
import { confirmFirst, Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Line } from "../parts/line";
import { Problem } from "../parts/problem";
import { type Draw, draws, type Prize } from "../room/activities/draws";
import { polls } from "../room/activities/polls";
import { act } from "./act";

const TITLE_LENGTH = 120;
const WINNERS = 100;

/** Lucky draws: newest on top. */
export function DrawList({ room, onNew }: { room: Room; onNew: () => void }): JSX.Element {
  const t = words.value.gifts;
  const all = [...stateOf(room.now.value, draws).draws].reverse();
  return (
    <>
      <div class="panel-title">
        <h2>{t.draw}</h2>
        <button type="button" class="button" onClick={onNew}>
          <Icon name="plus" size={20} />
          {t.draw_new}
        </button>
      </div>
      <div class="scrolls">
        {all.length === 0 && <Empty drawing="polls" title={t.draw_none} hint={t.draw_none_hint} />}
        <ul class="stack">
          {all.map((one) => (
            <Item key={one.draw} room={room} draw={one} />
          ))}
        </ul>
      </div>
    </>
  );
}

function Item({ room, draw }: { room: Room; draw: Draw }): JSX.Element {
  const t = words.value.gifts;
  const remove = () => void act(room, "draw.remove", { draw: draw.draw });
  const poll = stateOf(room.now.value, polls).polls.find((one) => one.poll === draw.of);
  const from = draw.of === null ? t.draw_from.present : t.draw_of(poll?.question ?? t.draw_from.voters);
  return (
    <li class={`card item stack ${draw.status === "draft" || draw.status === "frozen" ? "to-do" : ""}`}>
      <div class="row tight">
        <div class="grow">
          <p class="question">{draw.title}</p>
          <p class="note figures">
            {[t.draw_states[draw.status], t.draw_winners(figure(draw.winners)), from, t.draw_entrants(figure(draw.entrants))].join(" · ")}
          </p>
        </div>
        {draw.status !== "open" && (
          <IconButton
            icon="trash"
            label={t.first_remove}
            onClick={() => (draw.status === "draft" ? remove() : confirmFirst(t.first_remove, t.remove_sure, words.value.remove, remove))}
          />
        )}
      </div>
      <Step room={room} draw={draw} />
      {draw.status === "drawn" && (
        <ol class="winners">
          {draw.won.map((prize) => (
            <Winner key={prize.place} room={room} draw={draw} prize={prize} />
          ))}
        </ol>
      )}
      {(draw.status === "frozen" || draw.status === "drawn") && (
        <div class="row">
          <CheckButton room={room} draw={draw} />
        </div>
      )}
    </li>
  );
}

/** The next thing to do. */
function Step({ room, draw }: { room: Room; draw: Draw }): JSX.Element | null {
  const t = words.value.gifts;
  const which = { draw: draw.draw };
  if (draw.status === "drawn") return null;
  const step =
    draw.status === "frozen"
      ? { icon: "gift" as const, label: t.draw_reveal, run: () => void act(room, "draw.reveal", which) }
      : draw.status === "draft" && draw.of === null
        ? { icon: "play" as const, label: t.draw_open, run: () => void act(room, "draw.open", which) }
        : {
            icon: "key" as const,
            label: t.draw_freeze,
            run: () => confirmFirst(t.draw_freeze, t.draw_freeze_sure, t.draw_freeze, () => void act(room, "draw.freeze", which)),
          };
  return (
    <button type="button" class="button main" onClick={step.run}>
      <Icon name={step.icon} size={20} />
      {step.label}
    </button>
  );
}

function Winner({ room, draw, prize }: { room: Room; draw: Draw; prize: Prize }): JSX.Element {
  const t = words.value.gifts;
  const which = { draw: draw.draw, place: prize.place };
  const [now, back] = prize.redeemed ? (["draw.unredeem", "draw.redeem"] as const) : (["draw.redeem", "draw.unredeem"] as const);
  return (
    <li class={prize.redeemed ? "given" : ""}>
      <span class="place figures">{prize.place}</span>
      <span class="name">
        {prize.name || t.nobody} {prize.guest && <span class="guest">{words.value.guest}</span>}
        {prize.contact && <span class="note contact"> {prize.contact}</span>}
      </span>
      {!prize.redeemed && (
        <button
          type="button"
          class="button quiet"
          onClick={() => confirmFirst(t.draw_redraw, t.draw_redraw_sure, t.draw_redraw, () => void act(room, "draw.redraw", which))}
        >
          {t.draw_redraw}
        </button>
      )}
      <button
        type="button"
        class={`button ${prize.redeemed ? "quiet" : ""}`}
        aria-pressed={prize.redeemed}
        onClick={() => void act(room, now, which, () => void act(room, back, which))}
      >
        {prize.redeemed && <Icon name="check" size={20} />}
        {prize.redeemed ? t.redeemed : t.redeem}
      </button>
    </li>
  );
}

export function DrawForm({ room, onClose }: { room: Room; onClose: () => void }): JSX.Element {
  const t = words.value.gifts;
  const [title, setTitle] = useState("");
  const [winners, setWinners] = useState("1");
  const [from, setFrom] = useState<"present" | "voters">("present");
  const [chosen, setChosen] = useState("");
  const [problem, setProblem] = useState("");
  const votes = stateOf(room.now.value, polls).polls.filter((poll) => poll.status !== "draft").reverse();
  const poll = chosen || votes[0]?.poll;
  const save = async () => {
    const many = Number(winners);
    if (!title.trim()) setProblem(t.form_needs_title);
    else if (!Number.isInteger(many) || many < 1 || many > WINNERS) setProblem(t.form_needs_places(WINNERS));
    else if (from === "voters" && !poll) setProblem(t.form_needs_poll);
    else {
      const fields = { title: title.trim(), winners: many, of: from === "voters" && poll ? poll : null };
      if (await act(room, "draw.create", fields)) onClose();
    }
  };
  return (
    <Dialog title={t.draw_new} onClose={onClose}>
      <form
        class="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label class="field">
          <span>{t.form_title}</span>
          <Line value={title} most={TITLE_LENGTH} placeholder={t.draw_title_hint} onText={setTitle} />
        </label>
        <label class="field">
          <span>{t.draw_form_winners}</span>
          <input class="input" inputMode="numeric" value={winners} onInput={(event) => setWinners(event.currentTarget.value.trim())} />
        </label>
        <Choices
          label={t.draw_form_from}
          value={from}
          of={[
            ["present", t.draw_from.present],
            ["voters", t.draw_from.voters],
          ]}
          onChoose={setFrom}
        />
        {from === "voters" && votes.length > 0 && (
          <label class="field">
            <span>{words.value.poll}</span>
            <select class="input" value={poll} onChange={(event) => setChosen(event.currentTarget.value)}>
              {votes.map((one) => (
                <option key={one.poll} value={one.poll}>
                  {one.question}
                </option>
              ))}
            </select>
          </label>
        )}
        <Problem text={problem} />
        <div class="row end sticky">
          <button type="button" class="button quiet" onClick={onClose}>
            {words.value.cancel}
          </button>
          <button type="submit" class="button main">
            {t.form_ready}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
