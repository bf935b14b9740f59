import { Component, type JSX } from "preact";
import { words } from "../i18n/words";
import { Icon } from "../parts/icons";
import { IconButton } from "../parts/bricks";
import { ShopTag } from "../parts/shop_tag";
import { timeOfDay } from "../parts/time";
import type { ChatMessage } from "../room/activities/chat";
import type { By } from "../room/messages";
import type { Sending } from "../room/outgoing";
import { initial } from "./initial";

/** A colour for a person that stays with them. */
export function tone(id: string): string {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return `b${(sum % 10) + 1}`;
}

export function Face({ by }: { by: By }): JSX.Element {
  return (
    <span class={`face ${tone(by.id)}`} aria-hidden="true">
      {initial(by.name)}
    </span>
  );
}

export function Badges({ by }: { by: By }): JSX.Element | null {
  const t = words.value;
  return (
    <>
      {by.role !== "attendee" && <span class={`tag ${by.role}`}>{t.roles[by.role]}</span>}
      {by.via && <span class="tag">{t.via(t.networks[by.via] ?? by.via)}</span>}
      <ShopTag by={by} />
      {by.guest && by.role === "attendee" && <span class="guest">{t.guest}</span>}
    </>
  );
}

export interface Deeds {
  remove(message: ChatMessage): void;
  pin?(message: ChatMessage): void;
  /** Show who wrote it, and what can be done about them. */
  person?(by: By): void;
}

/** The face of somebody about whom something can be done. A row has one, the name beside it says the same. */
function Who({ by, onChoose }: { by: By; onChoose: (by: By) => void }): JSX.Element {
  return (
    <button type="button" class="whose" aria-label={words.value.person_open(by.name)} onClick={() => onChoose(by)}>
      <Face by={by} />
    </button>
  );
}

interface RowProps {
  message: ChatMessage;
  own: boolean;
  /** Follows a message of the same person: no name again. */
  joined: boolean;
  pinned: boolean;
  deeds: Deeds | null;
  /** So that a change of language is a change of the row. */
  language: string;
}

/** A message. Nearly all rows stay as they are when one comes in, so only changed ones are drawn. */
export class Row extends Component<RowProps, { open: boolean }> {
  override state = { open: false };

  override shouldComponentUpdate(next: RowProps, state: { open: boolean }): boolean {
    const { message, own, joined, pinned, deeds, language } = this.props;
    return !(
      state.open === this.state.open &&
      next.message === message &&
      next.own === own &&
      next.joined === joined &&
      next.pinned === pinned &&
      next.deeds === deeds &&
      next.language === language
    );
  }

  override render({ message, own, joined, pinned, deeds }: RowProps, { open }: { open: boolean }): JSX.Element {
    const t = words.value;
    const { by } = message;
    const kind = `message ${own ? "own" : ""} ${joined ? "joined" : ""} ${open ? "open" : ""} ${by.role}`;
    return (
      <li class={kind} data-seq={message.seq}>
        {!own && (deeds?.person ? <Who by={by} onChoose={deeds.person} /> : <Face by={by} />)}
        {/* A short cut for thumbs; with a keyboard the deeds themselves are reached. */}
        {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
        <div class="said" onClick={own && deeds ? () => this.setState({ open: !open }) : undefined}>
          {!joined && (
            <p class="who">
              {!own && (
                <span class="name">
                  {deeds?.person ? (
                    // The face is the button for keyboards and readers.
                    <button type="button" tabIndex={-1} aria-hidden="true" onClick={() => deeds.person?.(by)}>
                      {by.name}
                    </button>
                  ) : (
                    by.name
                  )}
                </span>
              )}
              {!own && <Badges by={by} />}
              <time class="figures">{timeOfDay(message.at)}</time>
            </p>
          )}
          <p class="text">{message.text}</p>
        </div>
        {own && (
          <span class="state" title={t.sent}>
            <Icon name="check" size={16} />
            <span class="seen-by-readers">{t.sent}</span>
          </span>
        )}
        {deeds && (
          <span class={`deeds ${deeds.pin ? "" : "own"}`}>
            {deeds.pin && (
              <IconButton
                icon="pin"
                label={pinned ? t.unpin : t.pin}
                pressed={pinned}
                onClick={() => deeds.pin?.(message)}
              />
            )}
            {(deeds.pin || own) && (
              <IconButton icon="trash" label={own && !deeds.pin ? t.delete_own : t.remove} onClick={() => deeds.remove(message)} />
            )}
          </span>
        )}
      </li>
    );
  }
}

/** Our own message that staff has not let through yet. */
export function Held({ text, onWithdraw }: { text: string; onWithdraw: () => void }): JSX.Element {
  const t = words.value;
  return (
    <li class="message own pending held">
      <div class="said">
        <p class="text">{text}</p>
        <span class="why">
          <Icon name="clock" size={16} />
          {t.held_own}
        </span>
      </div>
      <IconButton icon="close" label={t.held_withdraw} onClick={onWithdraw} />
    </li>
  );
}

interface PendingProps {
  item: Sending;
  live: boolean;
  onRetry: () => void;
  onDiscard: () => void;
}

/** Our own message before the room has it. */
export function Pending({ item, live, onRetry, onDiscard }: PendingProps): JSX.Element {
  const t = words.value;
  const wait = Math.ceil(((item.waitUntil ?? 0) - Date.now()) / 1000);
  const text = <p class="text">{String(item.fields["text"])}</p>;
  if (item.state === "failed") {
    const why = item.failure ? t.errors[item.failure.code] : undefined;
    return (
      <li class="message own failed">
        <button type="button" class="said" onClick={onRetry}>
          {text}
          <span class="why">
            <Icon name="alert" size={16} />
            {t.not_sent}
          </span>
          {why && <span class="note">{why}</span>}
        </button>
        <IconButton icon="close" label={t.discard} onClick={onDiscard} />
      </li>
    );
  }
  const state = wait > 1 ? t.sending_in(wait) : live ? t.sending : t.sending_offline;
  return (
    <li class={`message own ${item.state === "sent" ? "" : "pending"}`}>
      <div class="said">
        {text}
        {item.state !== "sent" && <span class="why">{state}</span>}
      </div>
      {item.state === "sent" && (
        <span class="state" title={t.sent}>
          <Icon name="check" size={16} />
        </span>
      )}
    </li>
  );
}
