import type { JSX } from "preact";
import type { Room } from "../page";
import { entriesOf } from "../photos/entries";
import { EntryName, EntryPicture } from "../photos/entry";
import { words } from "../i18n/words";
import { Segments } from "../parts/shop_tag";
import { blockOf, percent, Sign, wide } from "../polls/bars";
import type { Bar, Poll } from "../room/activities/polls";
import type { Result } from "../room/messages";
import { splitOf, takingPart } from "../room/shops";
import { columnsFor } from "./columns";

/** More than these have no room for who sent them. */
const DENSE = 10;

interface GridProps {
  room: Room;
  poll: Poll;
  rows: readonly Bar[];
  result: Result | null;
}

/** A vote among photos: each with its bar, once the result may be seen. */
export function EntryGrid({ room, poll, rows, result }: GridProps): JSX.Element {
  const entries = entriesOf(room, poll);
  const dense = rows.length > DENSE;
  const columns = columnsFor(rows.length);
  const tall = rows.length <= 3 ? 1 : rows.length <= 8 ? 2 : 3;
  return (
    <ol
      class={`entry-grid ${rows.length > 6 ? "many" : ""} ${dense ? "dense" : ""}`}
      style={{ "--columns": String(columns), "--columns-tall": String(tall) }}
    >
      {rows.map((row, place) => {
        const entry = entries[place];
        const share = result && <span class="share figures">{percent(row.share)}</span>;
        return (
          <li key={row.choice} class={`${blockOf(place)} ${poll.status === "closed" && row.best ? "best" : ""}`}>
            <div class="frame">
              {entry ? <EntryPicture room={room} entry={entry} size={rows.length > 2 ? 640 : 2048} /> : <p class="words">{row.label}</p>}
              <span class="plate">
                <Sign place={place} />
              </span>
              {dense && share && <span class="plate told">{share}</span>}
            </div>
            <p class="label">
              {entry ? <EntryName entry={entry} /> : <span class="grow">{row.label}</span>}
              {!dense && share}
            </p>
            {result && (
              <div class={`bar ${row.count ? "" : "none"}`}>
                <i style={{ width: wide(row.share) }}>
                  <Segments parts={splitOf(takingPart.value, result, place, words.value.shop_others)} />
                </i>
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
