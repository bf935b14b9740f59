import type { JSX } from "preact";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { IconButton } from "../parts/bricks";
import { confirmFirst } from "../parts/dialog";
import { Hold } from "../parts/hold";
import { timeOfDay } from "../parts/time";
import { chat } from "../room/activities/chat";
import { lifecycle } from "../room/activities/lifecycle";
import { act } from "./act";
import { set } from "./setting";
import { Choices, Switch } from "../parts/controls";
import { OrderSwitches, Panic } from "./order";
import { ReactionSwitch } from "./reaction_rate";
import { WordFilter } from "./word_filter";
import { Rehearse } from "./rehearsal";
import { Results } from "./results";
import { PeopleLists } from "./people";
import { Share } from "./share";
import { Shops } from "./shops";
import { StreamDesk } from "./stream_desk";

const SLOW = { off: 0, s5: 5_000, s15: 15_000, s30: 30_000, m1: 60_000 } as const;

/** Ways in, rules, the bin, and what should not be done by a slip of the thumb. */
export function More({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const { you } = room.now.value;
  const host = you?.role === "host";
  return (
    <div class="scrolls">
      <section class="group">
        <h2>{t.order}</h2>
        <OrderSwitches room={room} />
        <Panic room={room} />
      </section>
      <StreamDesk room={room} />
      {host && <Rules room={room} />}
      <WordFilter room={room} />
      <Share id={room.session.pass.room} token={room.session.pass.token} mayInvite={host} lent={you?.guest === true} />
      {host && <Shops room={room} />}
      {host && <Results room={room} />}
      <PeopleLists room={room} />
      <Bin room={room} />
      <Rehearse room={room} />
      <Doors room={room} />
    </div>
  );
}

function Rules({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const { slow_mode_ms, approve_chat } = stateOf(room.now.value, lifecycle).settings;
  return (
    <section class="group">
      <h2>{t.chat_rules}</h2>
      <Switch label={t.approve_chat} on={approve_chat} onSwitch={(on) => set(room, { approve_chat: on }, { approve_chat })} />
      <p class="note">{t.approve_chat_hint}</p>
      <ReactionSwitch room={room} />
      <Choices
        label={`${t.slow_mode} · ${t.slow_mode_hint}`}
        value={slow_mode_ms}
        of={(Object.keys(SLOW) as (keyof typeof SLOW)[]).map((name) => [SLOW[name], t.slow_modes[name]] as const)}
        onChoose={(ms) => set(room, { slow_mode_ms: ms }, { slow_mode_ms })}
      />
    </section>
  );
}

function Bin({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const { bin } = stateOf(room.now.value, chat);
  return (
    <section class="group">
      <h2>{t.bin}</h2>
      <p class="note">{bin.length ? t.bin_hint : t.bin_empty}</p>
      <ul>
        {[...bin].reverse().map((message) => (
          <li class="binned row tight" key={message.message}>
            <p class="grow">
              <b>{message.by.name}</b> <time class="note figures">{timeOfDay(message.at)}</time>
              <br />
              {message.text}
            </p>
            <IconButton
              icon="undo"
              label={t.restore}
              onClick={() => void act(room, "chat.restore", { message: message.message })}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Doors({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const open = stateOf(room.now.value, lifecycle).status === "open";
  const close = () => void act(room, "room.close", {}, () => void act(room, "room.open", {}));
  return (
    <section class="group">
      <h2>{t.room}</h2>
      {open ? (
        <Hold
          label={t.close_room}
          hint={t.panic_hold}
          onHeld={close}
          onTap={() => confirmFirst(t.close_room, t.close_room_sure, t.close_room, close)}
        />
      ) : (
        <button type="button" class="button main wide" onClick={() => void act(room, "room.open", {})}>
          {t.open_room}
        </button>
      )}
    </section>
  );
}
