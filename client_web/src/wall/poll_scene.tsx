import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Icon } from "../parts/icons";
import { Segments, Split } from "../parts/shop_tag";
import { blockOf, percent, Sign, wide } from "../polls/bars";
import { Timer } from "../polls/timer";
import {
  average,
  type Bar,
  bars,
  isPaused,
  type Poll,
  polls,
  pollToShow,
  resultFor,
} from "../room/activities/polls";
import type { Result } from "../room/messages";
import { splitOf, takingPart } from "../room/shops";
import type { Choice } from "../views/view";
import { hasEntries } from "../photos/entries";
import { EntryGrid } from "./entry_grid";

/** A result stays on the wall this long after the vote ended or was revealed. */
const STAYS = 120_000;
/** Towers, if there are few enough to read from afar; else rows. */
const TOWERS = 6;
/** More rows than these are drawn smaller. */
const FEW = 10;
/** Nothing on a wall moves more often than this. */
const CALM = 1_000;

const revealed = new Map<string, number>();

/** The poll that was chosen, else the open one, else one that ended or was revealed a short while ago. */
export function pollOnWall(room: Room, choice: Choice | null = null): Poll | null {
  const state = stateOf(room.now.value, polls);
  const now = room.client.clock.now();
  const told = state.polls.find((one) => one.poll === choice?.subject && one.status !== "draft");
  if (choice?.subject) return told ?? null;
  const last = pollToShow(state, now);
  if (choice) return last;
  if (last?.status === "open") return last;
  const since = Math.max(last?.closed_at ?? 0, revealed.get(last?.poll ?? "") ?? 0);
  return last && now - since < STAYS ? last : null;
}

/** The newest value, changed once a second at most. */
function useCalm<Value>(value: Value, key: string): Value {
  const [shown, setShown] = useState({ value, key, at: Date.now() });
  const latest = useRef(value);
  latest.current = value;
  useEffect(() => {
    if (shown.value === value && shown.key === key) return undefined;
    const take = () => setShown({ value: latest.current, key, at: Date.now() });
    if (shown.key !== key) {
      take();
      return undefined;
    }
    const timer = setTimeout(take, Math.max(0, shown.at + CALM - Date.now()));
    return () => clearTimeout(timer);
  }, [value, key, shown]);
  return shown.key === key ? shown.value : value;
}

export function PollScene({ room, choice }: { room: Room; choice: Choice | null }): JSX.Element | null {
  const t = words.value;
  const poll = pollOnWall(room, choice);
  useEffect(
    () =>
      room.client.onEvent((event) => {
        if (event.type === "poll.revealed" && event.data) revealed.set(event.data.poll, event.at);
      }),
    [room],
  );
  const result = useCalm(poll ? resultFor(poll, false) : null, `${poll?.poll} ${poll?.status} ${poll?.hidden}`);
  if (!poll) return null;

  const rows = bars(poll, result, t.poll_points);
  const towers = rows.length <= TOWERS;
  const long = !towers || hasEntries(poll) || Array.from(poll.question).length > 22;
  const mean = result && poll.kind === "rating" ? average(result) : null;
  return (
    <div class="vote">
      <header>
        <h2 class={long ? "long" : ""}>{poll.question}</h2>
        <div class="status">
          {poll.status === "closed" && <span class="ended">{t.wall_closed}</span>}
          {isPaused(poll) && <span class="ended">{t.poll_paused}</span>}
          <Timer poll={poll} clock={room.client.clock} />
          {result && <span class="figures voters">{t.poll_voters(figure(result.voters))}</span>}
          {!towers && <Split parts={splitOf(takingPart.value, result, null, t.shop_others)} />}
          {mean !== null && <span class="figures voters">{t.poll_average(mean.toFixed(1))}</span>}
        </div>
      </header>
      {hasEntries(poll) ? (
        <EntryGrid room={room} poll={poll} rows={rows} result={result} />
      ) : towers ? (
        <Towers rows={rows} result={result} poll={poll} />
      ) : (
        <Rows rows={rows} result={result} />
      )}
      {!result && (
        <p class="later">
          <Icon name="hidden" size={48} />
          {poll.status === "closed" ? t.poll_by_host : t.wall_hidden}
        </p>
      )}
    </div>
  );
}

interface RowsProps {
  rows: readonly Bar[];
  result: Result | null;
}

function Towers({ rows, result, poll }: RowsProps & { poll: Poll }): JSX.Element {
  const t = words.value;
  const done = poll.status === "closed";
  return (
    <ol class={`towers of-${rows.length} kind-${poll.kind} ${result ? "" : "secret"}`}>
      {rows.map((row, place) => (
        <li key={row.choice} class={`${blockOf(place, poll.kind)} ${done && row.best ? "best" : ""}`}>
          <div class="shaft">
            {result && (
              <p class="share figures">
                {percent(row.share)}
              </p>
            )}
            <div class={`tower ${row.count ? "" : "none"}`} style={{ "--height": String(result ? row.height : 0) }} />
          </div>
          <p class="label">
            <Sign place={place} kind={poll.kind} />
            <span>{row.label}</span>
          </p>
          {result && (
            <div class="count figures">
              {figure(row.count)}
              <Split parts={splitOf(takingPart.value, result, place, t.shop_others)} />
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

function Rows({ rows, result }: RowsProps): JSX.Element {
  const t = words.value;
  return (
    <ol class={`rows ${rows.length > FEW ? "many" : ""}`}>
      {rows.map((row, place) => (
        <li key={row.choice} class={blockOf(place)}>
          <p class="label">
            <Sign place={place} />
            <span>{row.label}</span>
            {result && <b class="figures">{percent(row.share)}</b>}
          </p>
          {result && (
            <div class={`bar ${row.count ? "" : "none"}`}>
              <i style={{ width: wide(row.share) }}>
                <Segments parts={splitOf(takingPart.value, result, place, t.shop_others)} />
              </i>
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}
