import type { JSX } from "preact";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { draws, placeOf } from "../room/activities/draws";
import { firsts } from "../room/activities/firsts";
import type { MinePart } from "../views/view";
import { Contact, type Reached } from "./won";

interface Prize {
  key: string;
  title: string;
  /** What is shown at the counter beside the name. */
  code: string;
  given: boolean;
  reached: Reached;
}

/** What one has won, by being fast or by lot; the newest first. */
function prizesOf(room: Room): Prize[] {
  const t = words.value.mine;
  const { mine } = room.now.value;
  const places = mine.firsts?.places ?? {};
  const taken = stateOf(room.now.value, firsts).firsts.flatMap((first): Prize[] => {
    const own = places[first.first];
    if (!own) return [];
    const { place, contact } = own;
    const claim: Reached["claim"] = (next) => room.client.send("first.claim", { first: first.first, contact: next });
    const given = first.redeemed.includes(place);
    return [{ key: first.first, title: first.title, code: t.prize_place(place), given, reached: { contact, claim } }];
  });
  const tickets = mine.draws?.tickets ?? {};
  const drawn = stateOf(room.now.value, draws).draws.flatMap((draw): Prize[] => {
    const ticket = tickets[draw.draw];
    const place = ticket ? placeOf(draw, ticket.ticket) : null;
    if (!ticket || place === null) return [];
    const given = draw.won.some((prize) => prize.place === place && prize.redeemed);
    const code = `${t.prize_place(place)} · ${t.prize_ticket(ticket.ticket.slice(-6).toUpperCase())}`;
    const claim: Reached["claim"] = (contact) => room.client.send("draw.claim", { draw: draw.draw, contact });
    return [{ key: draw.draw, title: draw.title, code, given, reached: { contact: ticket.contact, claim } }];
  });
  return [...taken, ...drawn].reverse();
}

/** What one has won, and how to get it. */
export const giftMine: MinePart = {
  name: "prizes",
  label: () => words.value.mine.prizes,
  some: (room) => prizesOf(room).length > 0,
  due: (room) => prizesOf(room).filter((prize) => !prize.given).length,
  verdicts: (room) => prizesOf(room).map((prize) => prize.key),
  List,
};

function List({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  return (
    <ul>
      {prizesOf(room).map(({ key, title, code, given, reached }) => (
        <li key={key} class={`mine-row prize ${given ? "given" : ""}`}>
          <div class="grow stack">
            <p>
              <b>{title}</b>
              <br />
              <span class="figures">{code}</span>
            </p>
            {!given && <p class="note">{t.gifts.collect}</p>}
          </div>
          <span class={`tag ${given ? "good" : "warn"}`}>{given ? t.mine.prize_state.given : t.mine.prize_state.waiting}</span>
          {!given && <Contact {...reached} />}
        </li>
      ))}
    </ul>
  );
}
