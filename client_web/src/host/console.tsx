import type { JSX } from "preact";
import { ChatList } from "../chat/list";
import { Composer } from "../chat/composer";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Banner } from "../parts/banner";
import { Confirmation } from "../parts/dialog";
import { Icon, type IconName } from "../parts/icons";
import { Toasts } from "../parts/toast";
import { chat } from "../room/activities/chat";
import type { ConsolePart } from "../views/view";
import { deedsOf } from "./deeds";
import { HeldQueue } from "./held";
import { Health } from "./health";
import { HereSheet } from "./here";
import { KeyList, useKeys } from "./keys";
import { More } from "./more";
import { Quiet } from "./order";
import { PersonSheet } from "./people";
import { showingKeys, tab } from "./desk";

interface ConsoleProps {
  room: Room;
  parts: readonly ConsolePart[];
}

/** A part of the console; a phone shows the one whose tab is chosen. */
const panel = (name: string, more: string): string => `panel ${more} ${tab.value === name ? "shown" : ""}`;

/** All of a host's work: on a phone one part at a time, on a desk side by side. */
export function Console({ room, parts }: ConsoleProps): JSX.Element {
  const t = words.value;
  useKeys(room, parts);
  return (
    <div class="console">
      <Health room={room} />
      <Banner room={room} />
      <Quiet room={room} />
      <main>
        <section class={panel("chat", "talk")} aria-label={t.queue}>
          <h2 class="panel-title">{t.queue}</h2>
          <HeldQueue room={room} />
          <ChatList room={room} deeds={deedsOf(room)} />
          <Composer room={room} staff placeholder={t.say_host} />
        </section>
        <div class="middle">
          <section class={panel("now", "on-now")} aria-label={t.on_now}>
            {parts.map(({ Now, panel: { name } }) => Now && <Now key={name} room={room} />)}
          </section>
          {parts.map(({ panel: { name, label, Panel } }) => (
            <section key={name} class={panel(name, "whole")} aria-label={label()}>
              <Panel room={room} />
            </section>
          ))}
        </div>
        <section class={panel("more", "rest")} aria-label={t.more}>
          <More room={room} />
        </section>
      </main>
      <Tabs room={room} parts={parts} />
      {parts.map(({ Over, panel: { name } }) => Over && <Over key={name} room={room} />)}
      {showingKeys.value && <KeyList onClose={() => (showingKeys.value = false)} />}
      <HereSheet room={room} />
      <PersonSheet room={room} />
      <Confirmation />
      <Toasts />
    </div>
  );
}

interface TabOf {
  name: string;
  icon: IconName;
  label: string;
  count?: number;
}

function Tabs({ room, parts }: ConsoleProps): JSX.Element {
  const t = words.value;
  const tabs: TabOf[] = [
    { name: "now", icon: "now", label: t.tabs.now },
    { name: "chat", icon: "chat", label: t.tabs.chat, count: stateOf(room.now.value, chat).held.length },
    ...parts.map(({ panel: { name, icon, label, count } }) => ({ name, icon, label: label(), count: count?.(room) ?? 0 })),
    { name: "more", icon: "more", label: t.tabs.more, count: stateOf(room.now.value, chat).bin.length },
  ];
  return (
    <nav class="tabs">
      {tabs.map(({ name, icon, label, count }) => (
        <button
          key={name}
          type="button"
          aria-current={tab.value === name ? "page" : undefined}
          onClick={() => (tab.value = name)}
        >
          <Icon name={icon} />
          <span>
            {label}
            {count ? <b class="figures">{count}</b> : null}
          </span>
        </button>
      ))}
    </nav>
  );
}
