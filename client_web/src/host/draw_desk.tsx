import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { figure, words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Empty, IconButton } from "../parts/bricks";
import { CheckButton } from "../parts/check_button";
import { Choices } from "../parts/controls";
import { confirmFirst } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { arrivals } from "../room/activities/arrivals";
import { type Draw, drawFrom, draws, type Prize } from "../room/activities/draws";
import { polls } from "../room/activities/polls";
import { act } from "./act";
import { GiftForm, GiftList, WinnerRow } from "./gift_parts";
import { ToWall } from "./to_wall";

const WINNERS = 100;

/** Lucky draws: newest on top. */
export function DrawList({ room, onNew }: { room: Room; onNew: () => void }): JSX.Element {
  const t = words.value.gifts;
  const all = [...stateOf(room.now.value, draws).draws].reverse();
  return (
    <GiftList title={t.draw} make={t.draw_new} onNew={onNew}>
      {all.length === 0 && <Empty drawing="polls" title={t.draw_none} hint={t.draw_none_hint} />}
      <ul class="stack">
        {all.map((one) => (
          <Item key={one.draw} room={room} draw={one} />
        ))}
      </ul>
    </GiftList>
  );
}

function Item({ room, draw }: { room: Room; draw: Draw }): JSX.Element {
  const t = words.value.gifts;
  const remove = () => void act(room, "draw.remove", { draw: draw.draw });
  const poll = stateOf(room.now.value, polls).polls.find((one) => one.poll === draw.of);
  const from = poll ? t.draw_of(poll.question) : t.draw_from[drawFrom(draw)];
  return (
    <li class={`card item stack ${draw.status === "draft" || draw.status === "frozen" ? "to-do" : ""}`}>
      <div class="row tight">
        <div class="grow">
          <p class="question">{draw.title}</p>
          <p class="note figures">
            {[t.draw_states[draw.status], t.draw_winners(figure(draw.winners)), from, t.draw_entrants(figure(draw.entrants))].join(" · ")}
          </p>
        </div>
        {draw.status === "drawn" && <ToWall room={room} scene="winner" subject={draw.draw} />}
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
    <WinnerRow
      place={prize.place}
      name={prize.name}
      guest={prize.guest}
      contact={prize.contact}
      given={prize.redeemed}
      onHand={() => void act(room, now, which, () => void act(room, back, which))}
    >
      {!prize.redeemed && (
        <button
          type="button"
          class="button quiet"
          onClick={() => confirmFirst(t.draw_redraw, t.draw_redraw_sure, t.draw_redraw, () => void act(room, "draw.redraw", which))}
        >
          {t.draw_redraw}
        </button>
      )}
    </WinnerRow>
  );
}

export function DrawForm({ room, onClose }: { room: Room; onClose: () => void }): JSX.Element {
  const t = words.value.gifts;
  const [title, setTitle] = useState("");
  const [winners, setWinners] = useState("1");
  const [from, setFrom] = useState<ReturnType<typeof drawFrom>>("present");
  const [chosen, setChosen] = useState("");
  const [problem, setProblem] = useState("");
  const came = stateOf(room.now.value, arrivals).people;
  const votes = stateOf(room.now.value, polls).polls.filter((poll) => poll.status !== "draft").reverse();
  const poll = chosen || votes[0]?.poll;
  const save = async () => {
    const many = Number(winners);
    if (!title.trim()) setProblem(t.form_needs_title);
    else if (!Number.isInteger(many) || many < 1 || many > WINNERS) setProblem(t.form_needs_places(WINNERS));
    else if (from === "voters" && !poll) setProblem(t.form_needs_poll);
    else {
      const of = from === "present" ? null : from === "voters" ? (poll ?? null) : from;
      const fields = { title: title.trim(), winners: many, of };
      if (await act(room, "draw.create", fields)) onClose();
    }
  };
  return (
    <GiftForm
      heading={t.draw_new}
      hint={t.draw_title_hint}
      many={t.draw_form_winners}
      title={title}
      count={winners}
      problem={problem}
      onTitle={setTitle}
      onCount={setWinners}
      onSave={() => void save()}
      onClose={onClose}
    >
      <Choices
        label={t.draw_form_from}
        value={from}
        of={[
          ["present", t.draw_from.present],
          ["voters", t.draw_from.voters],
          ["photos", t.draw_from.photos],
          ["arrivals", `${t.draw_from.arrivals} · ${figure(came.length)}`],
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
    </GiftForm>
  );
}
