import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { words } from "../i18n/words";
import { Icon } from "../parts/icons";
import { Line } from "../parts/line";
import { toastFailure } from "../parts/toast";

const CONTACT_LENGTH = 100;

export interface Reached {
  /** The contact that one gave. */
  contact: string | null;
  /** Say another, or with null take it back. */
  claim: (contact: string | null) => Promise<unknown>;
}

/** What somebody has won, to be shown at the counter, and how they are reached until they have it. */
export function Won(props: { title: string; given: boolean } & Reached): JSX.Element {
  const t = words.value.gifts;
  return (
    <>
      <p class={`won ${props.given ? "given" : ""}`} role="status">
        <Icon name={props.given ? "check" : "gift"} />
        <b>{props.title}</b>
        <span class="note">{props.given ? t.redeemed : t.collect}</span>
      </p>
      {!props.given && <Contact contact={props.contact} claim={props.claim} />}
    </>
  );
}

/** How a winner is reached, for those who run the room alone. */
export function Contact({ contact, claim }: Reached): JSX.Element {
  const t = words.value.gifts;
  const [text, setText] = useState("");
  const tell = (next: string | null) => {
    claim(next).then(() => setText(""), toastFailure);
  };
  if (contact !== null) {
    return (
      <p class="row tight">
        <span class="grow note contact">{t.contact_given(contact)}</span>
        <button type="button" class="button quiet" onClick={() => tell(null)}>
          {t.contact_drop}
        </button>
      </p>
    );
  }
  return (
    <form
      class="reach"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) tell(text.trim());
      }}
    >
      <Line value={text} most={CONTACT_LENGTH} placeholder={t.contact_hint} aria-label={t.contact} onText={setText} />
      <button type="submit" class="button" disabled={!text.trim()}>
        {t.contact_send}
      </button>
      <p class="note">{t.contact_private}</p>
    </form>
  );
}
