import type { ComponentChildren, JSX } from "preact";
import { ChatList } from "../chat/list";
import { Composer } from "../chat/composer";
import { deskWords } from "../i18n/desk_words";
import { words } from "../i18n/console_words";
import type { Room } from "../page";
import { Banner } from "../parts/banner";
import { Confirmation } from "../parts/dialog";
import { Toasts } from "../parts/toast";
import { wide } from "../parts/wide";
import type { ConsolePart, Under } from "../views/view";
import { deedsOf } from "./deeds";
import { showingKeys, tab } from "./desk";
import { Health } from "./health";
import { HereSheet } from "./here";
import { KeyList, useKeys } from "./keys";
import { More } from "./more";
import { Quiet } from "./order";
import { PersonSheet } from "./people";
import { Beside, inSight, placesOf, Tabs, Turns } from "./places";
import { Queue, ToQueue } from "./queue";
import { Rehearsing } from "./rehearsal";
import { StreamHealth } from "./stream_desk";
import { TypedConfirmation } from "./typed";
import "./now.css";

interface ConsoleProps {
  room: Room;
  parts: readonly ConsolePart[];
}

interface PanelProps {
  name: string;
  label: string;
  seen: readonly string[];
  kind: string;
  children: ComponentChildren;
}

/** A part of the console; a phone shows the one that is chosen. */
function Panel({ name, label, seen, kind, children }: PanelProps): JSX.Element {
  return (
    <section
      id={`panel-${name}`}
      class={`panel ${kind} ${seen.includes(name) ? "shown" : ""}`}
      aria-label={label}
      tabIndex={-1}
    >
      {children}
      {tab.value === name && !wide.value && <Toasts within />}
    </section>
  );
}

/** All of a host's work: on a phone one part at a time, on a desk the people, the wall and the show side by side. */
export function Console({ room, parts }: ConsoleProps): JSX.Element {
  const t = words.value;
  const desk = wide.value;
  useKeys(room, parts);
  const all = placesOf(room, parts);
  const seen = inSight(all, desk);
  const panelsOf = (corner: Under) =>
    parts
      .filter(({ panel: { under = "run" } }) => under === corner)
      .map(({ panel: { name, label, Panel: Whole } }) => (
        <Panel key={name} name={name} label={label()} seen={seen} kind={`whole under-${corner}`}>
          <Whole room={room} />
        </Panel>
      ));
  // How the room is stands at the top of a phone and at the bottom of a desk, also in the order of the page.
  const strip = (
    <div class="strip">
      <Health room={room} />
      <StreamHealth room={room} />
    </div>
  );
  return (
    <div class="console">
      {!desk && strip}
      <Banner room={room} />
      <Rehearsing room={room} />
      <Quiet room={room} />
      {!desk && <Beside all={all} />}
      <main>
        <div class="column people">
          {desk && <Turns all={all} of="people" />}
          <Panel name="waiting" label={deskWords.value.waiting} seen={seen} kind="waiting">
            <Queue room={room} parts={parts} />
          </Panel>
          <Panel name="chat" label={t.chat} seen={seen} kind="talk">
            <ChatList room={room} deeds={deedsOf(room)} />
            <Composer room={room} staff placeholder={t.say_host} />
          </Panel>
          {panelsOf("queue")}
        </div>
        <div class="column wall-and-now">
          {panelsOf("stage")}
          <Panel name="now" label={t.on_now} seen={seen} kind="on-now">
            <div class="on-list">
              {parts.map(({ Now, panel: { name } }) => Now && <Now key={name} room={room} />)}
              <ToQueue room={room} parts={parts} />
            </div>
            {parts.map(
              ({ Next, panel: { name } }) =>
                Next && (
                  <div key={name} class="next">
                    <Next room={room} />
                  </div>
                ),
            )}
          </Panel>
        </div>
        <div class="column show">
          {desk && <Turns all={all} of="show" />}
          {panelsOf("run")}
          {panelsOf("more")}
          <Panel name="more" label={t.more} seen={seen} kind="rest">
            <More room={room} />
          </Panel>
        </div>
      </main>
      {desk ? strip : <Tabs all={all} />}
      {parts.map(({ Over, panel: { name } }) => Over && <Over key={name} room={room} />)}
      {showingKeys.value && <KeyList onClose={() => (showingKeys.value = false)} />}
      <HereSheet room={room} />
      <PersonSheet room={room} />
      <Confirmation />
      <TypedConfirmation />
      {desk && <Toasts />}
    </div>
  );
}
