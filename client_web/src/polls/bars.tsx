import type { JSX } from "preact";
import { figure, words } from "../i18n/words";
import { Icon } from "../parts/icons";
import { Segments, Split } from "../parts/shop_tag";
import { average, bars, type Poll } from "../room/activities/polls";
import type { Room } from "../page";
import { entriesOf } from "../photos/entries";
import { EntryName, EntryPicture } from "../photos/entry";
import type { Result } from "../room/messages";
import { splitOf, takingPart } from "../room/shops";

/** The colour of an option. They repeat after ten, their numbers never do. A rating is one thing: one colour. */
export const blockOf = (place: number, kind?: Poll["kind"]): string => (kind === "rating" ? "b3" : `b${(place % 10) + 1}`);

/** The sign of an option: a numbered block. */
export function Sign({ place, kind }: { place: number; kind?: Poll["kind"] }): JSX.Element {
  return (
    <span class={`sign ${blockOf(place, kind)} figures`} aria-hidden="true">
      {place + 1}
    </span>
  );
}

/** As wide as the share is true, without rounding. */
export const wide = (share: number): string => `${share * 100}%`;

export const percent = (share: number): string => `${Math.round(share * 100)}%`;

interface BarsProps {
  room: Room;
  poll: Poll;
  result: Result | null;
  mine?: readonly number[];
}

/** A result as rows of blocks. */
export function Bars({ room, poll, result, mine }: BarsProps): JSX.Element {
  const t = words.value;
  const rows = bars(poll, result, t.poll_points);
  const entries = entriesOf(room, poll);
  const mean = poll.kind === "rating" && result ? average(result) : null;
  return (
    <div class="stack">
      {mean !== null && (
        <p class="mean">
          <b class="figures">{mean.toFixed(1)}</b> {t.poll_average_of}
        </p>
      )}
      <ol class="bars">
        {rows.map((row, place) => (
          <li key={row.choice} class={row.best && poll.status === "closed" ? "best" : ""}>
            <div class="row tight">
              <Sign place={place} kind={poll.kind} />
              {entries[place] && <EntryPicture room={room} entry={entries[place]} size={160} />}
              <span class="grow">
                {entries[place] ? <EntryName entry={entries[place]} /> : row.label}
                {mine?.includes(row.choice) && <span class="tag good">{t.poll_mine}</span>}
              </span>
              {result && (
                <span class="figures count">
                  <b>{figure(row.count)}</b> {percent(row.share)}
                </span>
              )}
            </div>
            {result && (
              <div class={`bar ${blockOf(place, poll.kind)} ${row.count ? "" : "none"}`}>
                <i style={{ width: wide(row.share) }}>
                  <Segments parts={splitOf(takingPart.value, result, place, t.shop_others)} />
                </i>
              </div>
            )}
            <Split parts={splitOf(takingPart.value, result, place, t.shop_others)} />
          </li>
        ))}
      </ol>
      {!result && (
        <p class="note row tight">
          <Icon name="hidden" size={16} />
          {poll.status === "closed" ? t.poll_by_host : t.poll_hidden}
        </p>
      )}
    </div>
  );
}

/** How many have voted, of how many, and how many of them are guests. */
export function Turnout({ result, occupancy }: { result: Result | null; occupancy: number | null }): JSX.Element | null {
  const t = words.value;
  if (!result) return null;
  const voted = figure(result.voters);
  return (
    <span class="figures">
      {occupancy !== null && occupancy >= result.voters ? t.poll_of(voted, figure(occupancy)) : t.poll_voters(voted)}
      {result.guests.voters > 0 && ` · ${t.poll_guests(figure(result.guests.voters))}`}
    </span>
  );
}
