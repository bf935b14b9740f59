import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { CheckButton } from "../parts/check_button";
import { useTick } from "../parts/time";
import { failureOf } from "../room/failure";
import { type Draw, drawFrom, draws, drawToShow, placeOf } from "../room/activities/draws";
import type { Mine } from "../room/messages";
import { Won } from "./won";
import "../style/gifts.css";

/** What was drawn steps aside after this long, for those who have nothing to collect. */
const STAYS = 180_000;
/** Phones enter within this time, not all at once. */
const SPREAD = 2_000;

type Ticket = NonNullable<Mine["draws"]>["tickets"][string];

/** The draw that is on, and whatever this person has yet to collect. */
export function DrawCard({ room }: { room: Room }): JSX.Element | null {
  const snapshot = room.now.value;
  const state = stateOf(snapshot, draws);
  const shown = drawToShow(state, room.client.clock.now(), STAYS);
  useTick(shown?.status === "drawn", 5_000);
  const tickets = snapshot.mine.draws?.tickets ?? {};
  const [full, setFull] = useState<ReadonlySet<string>>(new Set());
  const won = state.draws.filter((one) => {
    const ticket = tickets[one.draw];
    const place = ticket && placeOf(one, ticket.ticket);
    return one !== shown && place && !one.won.some((prize) => prize.place === place && prize.redeemed);
  });
  return (
    <>
      {state.draws.map(
        (one) =>
          one.status === "open" && (
            <Presence key={one.draw} room={room} draw={one} onFull={() => setFull((all) => new Set(all).add(one.draw))} />
          ),
      )}
      {[...won.slice(-3), ...(shown ? [shown] : [])].map((one) => (
        <Lot key={one.draw} room={room} draw={one} ticket={tickets[one.draw] ?? null} full={full.has(one.draw)} />
      ))}
    </>
  );
}

/** Whoever has the page open is in it; nothing to see. */
function Presence({ room, draw, onFull }: { room: Room; draw: Draw; onFull: () => void }): null {
  const { you, mine, phase } = room.now.value;
  const wants = you?.role === "attendee" && phase === "live" && !mine.draws?.tickets[draw.draw];
  useEffect(() => {
    if (!wants) return undefined;
    const timer = setTimeout(() => {
      // Refused when it was frozen meanwhile, which the card says, or full.
      room.client.send("draw.enter", { draw: draw.draw }, { replaces: `enter ${draw.draw}` }).catch((error: unknown) => {
        const again = room.client.snapshot.sending.some((item) => item.replaces === `enter ${draw.draw}`);
        if (failureOf(error).code === "conflict" && !again) onFull();
      });
    }, Math.random() * SPREAD);
    return () => clearTimeout(timer);
  }, [wants, draw.draw]);
  return null;
}

interface LotProps {
  room: Room;
  draw: Draw;
  ticket: Ticket | null;
  /** It had no room for this person. */
  full: boolean;
}

function Lot({ room, draw, ticket, full }: LotProps): JSX.Element {
  const t = words.value.gifts;
  const open = draw.status === "open";
  return (
    <section class="card on gift" aria-label={t.draw}>
      <header>
        <span class={`tag ${open ? "live" : ""}`}>{t.draw_states[draw.status]}</span>
        <span class="note figures">
          {[t.draw_winners(figure(draw.winners)), t.draw_from[drawFrom(draw)], t.draw_entrants(figure(draw.entrants))].join(" · ")}
        </span>
      </header>
      <h2>{draw.title}</h2>
      <Own room={room} draw={draw} ticket={ticket} full={full} />
      {draw.status === "drawn" && <Winners draw={draw} own={ticket && placeOf(draw, ticket.ticket)} />}
      {draw.status !== "open" && (
        <div class="row">
          <CheckButton room={room} draw={draw} />
        </div>
      )}
    </section>
  );
}

/** How it stands for this person. */
function Own({ room, draw, ticket, full }: LotProps): JSX.Element {
  const t = words.value.gifts;
  if (!ticket) {
    // Those who run the room are in none.
    const entering = draw.status === "open" && room.now.value.you?.role === "attendee";
    return (
      <p class="note" role="status">
        {entering && full ? t.draw_full : entering ? t.draw_entering : t.draw_not_in}
      </p>
    );
  }
  const number = ticket.ticket.slice(-6).toUpperCase();
  const place = placeOf(draw, ticket.ticket);
  if (place !== null) {
    const given = draw.won.some((prize) => prize.place === place && prize.redeemed);
    const claim = (contact: string | null) => room.client.send("draw.claim", { draw: draw.draw, contact });
    return <Won title={t.draw_won(place)} given={given} contact={ticket.contact} claim={claim} />;
  }
  const passed = draw.passed.some((one) => one.ticket === ticket.ticket);
  return (
    <p class="note figures" role="status">
      {passed ? t.draw_passed : draw.status === "drawn" ? t.draw_lost(number) : t.draw_in(number)}
    </p>
  );
}

function Winners({ draw, own }: { draw: Draw; own: number | null }): JSX.Element {
  const t = words.value.gifts;
  return (
    <ol class="lucky" aria-label={t.draw_lucky}>
      {draw.won.map((prize) => (
        <li key={prize.place} class={prize.place === own ? "own" : ""}>
          <b class="figures">{prize.place}</b> {prize.shown || t.nobody}
          {draw.passed.some((one) => one.place === prize.place) && <span class="tag warn">{t.draw_redrawn}</span>}
        </li>
      ))}
    </ol>
  );
}
