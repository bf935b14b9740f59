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
import { polls } from "../room/activities/polls";
import { deedsOf } from "./deeds";
import { Health } from "./health";
import { KeyList, useKeys } from "./keys";
import { More } from "./more";
import { OnNow } from "./on_now";
import { PollForm } from "./poll_form";
import { PollList } from "./poll_list";
import { drafting, showingKeys, type Tab, tab } from "./desk";

const ICONS: Record<Tab, IconName> = { now: "now", chat: "chat", polls: "bars", more: "more" };

/** All of a host's work: on a phone one part at a time, on a desk side by side. */
export function Console({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  useKeys(room);
  return (
    <div class="console" data-tab={tab.value}>
      <Health room={room} />
      <Banner room={room} />
      <main>
        <section class="panel talk" aria-label={t.queue}>
          <h2 class="panel-title">{t.queue}</h2>
          <ChatList room={room} deeds={deedsOf(room)} />
          <Composer room={room} staff placeholder={t.say_host} />
        </section>
        <div class="votes">
          <section class="panel on-now" aria-label={t.on_now}>
            <OnNow room={room} onDraft={() => (drafting.value = true)} />
          </section>
          <section class="panel polls" aria-label={t.polls}>
            <PollList room={room} onDraft={() => (drafting.value = true)} />
          </section>
        </div>
        <section class="panel rest" aria-label={t.more}>
          <More room={room} />
        </section>
      </main>
      <Tabs room={room} />
      {drafting.value && <PollForm room={room} onClose={() => (drafting.value = false)} />}
      {showingKeys.value && <KeyList onClose={() => (showingKeys.value = false)} />}
      <Confirmation />
      <Toasts />
    </div>
  );
}

function Tabs({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const counts: Partial<Record<Tab, number>> = {
    polls: stateOf(snapshot, polls).polls.filter((poll) => poll.status === "draft").length,
    more: stateOf(snapshot, chat).bin.length,
  };
  return (
    <nav class="tabs">
      {(Object.keys(ICONS) as Tab[]).map((name) => (
        <button
          key={name}
          type="button"
          aria-current={tab.value === name ? "page" : undefined}
          onClick={() => (tab.value = name)}
        >
          <Icon name={ICONS[name]} />
          <span>
            {t.tabs[name]}
            {counts[name] ? <b class="figures">{counts[name]}</b> : null}
          </span>
        </button>
      ))}
    </nav>
  );
}
