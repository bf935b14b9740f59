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
import type { ConsolePart } from "../views/view";
import { deedsOf } from "./deeds";
import { showingKeys, tab } from "./desk";
import { Health } from "./health";
import { HereSheet } from "./here";
import { KeyList, useKeys } from "./keys";
import { More } from "./more";
import { Quiet } from "./order";
import { PersonSheet } from "./people";
import { Beside, Tabs } from "./places";
import { Queue, ToQueue } from "./queue";
import { StreamHealth } from "./stream_desk";
import "./now.css";

interface ConsoleProps {
  room: Room;
  parts: readonly ConsolePart[];
}

interface PanelProps {
  name: string;
  label: string;
  /** Where it stands on a desk. */
  more: string;
  children: ComponentChildren;
}

/** A part of the console; a phone shows the one that is chosen. */
function Panel({ name, label, more, children }: PanelProps): JSX.Element {
  return (
    <section
      id={`panel-${name}`}
      class={`panel ${more} ${tab.value === name ? "shown" : ""}`}
      aria-label={label}
      tabIndex={-1}
    >
      {children}
      {tab.value === name && !wide.value && <Toasts within />}
    </section>
  );
}

/** All of a host's work: on a phone one part at a time, on a desk side by side. */
export function Console({ room, parts }: ConsoleProps): JSX.Element {
  const t = words.value;
  const desk = deskWords.value;
  useKeys(room, parts);
  return (
    <div class="console">
      <Health room={room} />
      <StreamHealth room={room} />
      <Banner room={room} />
      <Quiet room={room} />
      <Beside room={room} parts={parts} />
      <main>
        <Panel name="chat" label={t.chat} more="talk">
          <h2 class="panel-title">{t.chat}</h2>
          <ChatList room={room} deeds={deedsOf(room)} />
          <Composer room={room} staff placeholder={t.say_host} />
        </Panel>
        <div class="middle">
          <Panel name="waiting" label={desk.waiting} more="waiting">
            <Queue room={room} parts={parts} />
          </Panel>
          <Panel name="now" label={t.on_now} more="on-now">
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
          {parts.map(({ panel: { name, label, under = "run", Panel: Whole } }) => (
            <Panel key={name} name={name} label={label()} more={`whole under-${under}`}>
              <Whole room={room} />
            </Panel>
          ))}
        </div>
        <Panel name="more" label={t.more} more="rest">
          <More room={room} />
        </Panel>
      </main>
      <Tabs room={room} parts={parts} />
      {parts.map(({ Over, panel: { name } }) => Over && <Over key={name} room={room} />)}
      {showingKeys.value && <KeyList onClose={() => (showingKeys.value = false)} />}
      <HereSheet room={room} />
      <PersonSheet room={room} />
      <Confirmation />
      {wide.value && <Toasts />}
    </div>
  );
}
