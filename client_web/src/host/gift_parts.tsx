import type { ComponentChildren, JSX } from "preact";
import { words } from "../i18n/console_words";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Line } from "../parts/line";
import { Problem } from "../parts/problem";

const TITLE_LENGTH = 120;

/** All gifts of one kind, under their name and a way to make another. */
export function GiftList(props: { title: string; make: string; onNew: () => void; children: ComponentChildren }): JSX.Element {
  return (
    <>
      <div class="panel-title">
        <h2>{props.title}</h2>
        <button type="button" class="button" onClick={props.onNew}>
          <Icon name="plus" size={20} />
          {props.make}
        </button>
      </div>
      <div class="scrolls">{props.children}</div>
    </>
  );
}

/** Somebody who has won, and whether they have been given it. */
export function WinnerRow(props: {
  place: number;
  name: string | undefined;
  guest: boolean | undefined;
  contact: string | null | undefined;
  given: boolean;
  onHand: () => void;
  children?: ComponentChildren;
}): JSX.Element {
  const t = words.value.gifts;
  return (
    <li class={props.given ? "given" : ""}>
      <span class="place figures">{props.place}</span>
      <span class="name">
        {props.name || t.nobody} {props.guest && <span class="guest">{words.value.guest}</span>}
        {props.contact && <span class="note contact">{props.contact}</span>}
      </span>
      {props.children}
      <button type="button" class={`button ${props.given ? "quiet" : ""}`} aria-pressed={props.given} onClick={props.onHand}>
        {props.given && <Icon name="check" size={20} />}
        {props.given ? t.redeemed : t.redeem}
      </button>
    </li>
  );
}

/** What is asked before there is a gift: its title, and how many may have it. */
export function GiftForm(props: {
  heading: string;
  hint: string;
  many: string;
  title: string;
  count: string;
  problem: string;
  onTitle: (title: string) => void;
  onCount: (count: string) => void;
  onSave: () => void;
  onClose: () => void;
  children?: ComponentChildren;
}): JSX.Element {
  const t = words.value.gifts;
  return (
    <Dialog title={props.heading} onClose={props.onClose}>
      <form
        class="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          props.onSave();
        }}
      >
        <label class="field">
          <span>{t.form_title}</span>
          <Line value={props.title} most={TITLE_LENGTH} placeholder={props.hint} onText={props.onTitle} />
        </label>
        <label class="field">
          <span>{props.many}</span>
          <input
            class="input"
            inputMode="numeric"
            value={props.count}
            onInput={(event) => props.onCount(event.currentTarget.value.trim())}
          />
        </label>
        {props.children}
        <Problem text={props.problem} />
        <div class="row end sticky">
          <button type="button" class="button quiet" onClick={props.onClose}>
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
