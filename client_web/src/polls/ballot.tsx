import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n/words";
import { type Room } from "../page";
import { Icon } from "../parts/icons";
import { toastFailure } from "../parts/toast";
import { bars, type Poll, RATING, resultFor } from "../room/activities/polls";
import { Failure } from "../room/failure";
import { lengthOf } from "../room/text";
import { entriesOf, hasEntries } from "../photos/entries";
import { EntryName, EntryPicture } from "../photos/entry";
import { blockOf, percent, Sign, wide } from "./bars";

const PAIRED = 6;

/** What this person has chosen: on its way, counted, or nothing. */
export function ballotOf(room: Room, poll: string): { choices: readonly number[]; counted: boolean } | null {
  const { sending, mine } = room.now.value;
  const leaving = sending.filter((item) => item.type === "poll.vote" && item.fields["poll"] === poll);
  const last = leaving[leaving.length - 1];
  if (last) return { choices: last.fields["choices"] as number[], counted: false };
  const counted = mine.polls?.ballots[poll];
  return counted ? { choices: counted, counted: true } : null;
}

/** Arrows go from option to option. They only go: a ballot is cast by a key that is meant, Enter or space. */
function step(event: KeyboardEvent): void {
  const ways: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  const way = ways[event.key];
  const here = event.currentTarget as HTMLElement;
  const options = Array.from(here.parentElement?.querySelectorAll<HTMLElement>("button:not(:disabled)") ?? []);
  const at = options.indexOf(here);
  if (way === undefined || at < 0) return;
  event.preventDefault();
  options[(at + way + options.length) % options.length]?.focus();
}

/** The options of an open poll: tap to vote, tap another to change. */
export function Ballot({ room, poll }: { room: Room; poll: Poll }): JSX.Element {
  const t = words.value;
  const ballot = ballotOf(room, poll.poll);
  // Between the answer and the news of our own ballot the last tap holds.
  const [tapped, setTapped] = useState<readonly number[] | null>(null);
  const [picked, setPicked] = useState<readonly number[] | null>(null);
  useEffect(() => {
    if (ballot?.counted) setTapped(null);
  }, [ballot?.counted]);

  const chosen = ballot?.choices ?? tapped ?? [];
  const marked = picked ?? chosen;
  const voted = ballot !== null || tapped !== null;
  const result = voted ? resultFor(poll, false) : null;
  const several = poll.kind === "multi" && poll.max_choices > 1;

  const vote = (choices: readonly number[]) => {
    setTapped(choices);
    setPicked(null);
    room.client
      .send("poll.vote", { poll: poll.poll, choices: [...choices] }, { replaces: `vote ${poll.poll}` })
      .catch((error: unknown) => {
        if (error instanceof Failure && error.code === "conflict") return;
        setTapped(null);
        toastFailure(error);
      });
  };

  const tap = (choice: number) => {
    if (!several) {
      if (!chosen.includes(choice) || !voted) vote([choice]);
      return;
    }
    const next = marked.includes(choice) ? marked.filter((one) => one !== choice) : [...marked, choice];
    if (next.length <= poll.max_choices) setPicked(next);
  };

  const entries = entriesOf(room, poll);
  // On a phone two stand beside each other where their names let them.
  const pairs = !hasEntries(poll) && poll.options.every((option) => lengthOf(option) <= PAIRED);
  const changed = picked !== null && [...picked].sort().join() !== [...chosen].sort().join();
  return (
    <div class="stack">
      {poll.kind === "rating" ? (
        <Rating question={poll.question} chosen={marked[0] ?? 0} onRate={tap} />
      ) : (
        <div class={`options ${hasEntries(poll) ? "entries" : ""} ${pairs ? "pairs" : ""}`} role={several ? "group" : "radiogroup"} aria-label={poll.question}>
          {bars(poll, result, t.poll_points).map((row, place) => {
            const on = marked.includes(row.choice);
            const entry = entries[place];
            const share = result && <span class="figures share">{percent(row.share)}</span>;
            return (
              <button
                key={row.choice}
                type="button"
                class={`option ${blockOf(place)} ${on ? "on" : ""} ${entry ? "entry" : ""}`}
                role={several ? "checkbox" : "radio"}
                aria-checked={on}
                disabled={several && !on && marked.length >= poll.max_choices}
                onClick={() => tap(row.choice)}
                onKeyDown={step}
              >
                {result && <i class="fill" style={{ width: wide(row.share) }} aria-hidden="true" />}
                {entry && (
                  <span class="frame">
                    <EntryPicture room={room} entry={entry} size={640} />
                    {share}
                  </span>
                )}
                <span class="under">
                  <Sign place={place} />
                  {entry ? <EntryName entry={entry} /> : <span class="grow">{row.label}</span>}
                  {!entry && share}
                </span>
                <span class="mark" aria-hidden="true">
                  {on && <Icon name="check" size={20} />}
                </span>
              </button>
            );
          })}
        </div>
      )}
      {several && (changed || !voted) && (
        <button type="button" class="button main wide" disabled={!marked.length} onClick={() => vote(marked)}>
          {t.poll_submit}
          {marked.length > 0 && <span class="figures">{`${marked.length} / ${poll.max_choices}`}</span>}
        </button>
      )}
      <p class="note" aria-live="polite">
        <Standing counted={ballot?.counted ?? false} voted={voted} several={several} poll={poll} />
      </p>
    </div>
  );
}

function Standing(props: { counted: boolean; voted: boolean; several: boolean; poll: Poll }): JSX.Element {
  const t = words.value;
  const { counted, voted, several, poll } = props;
  if (!voted) {
    const how = poll.kind === "rating" ? t.poll_rate : several ? t.poll_multi_hint(poll.max_choices) : t.poll_choose;
    return <>{how}</>;
  }
  if (!counted) return <>{t.poll_voting}</>;
  return (
    <span class="counted">
      <Icon name="check" size={16} />
      {t.poll_voted} · {poll.hidden ? t.poll_hidden : t.poll_change}
    </span>
  );
}

interface RatingProps {
  question: string;
  chosen: number;
  onRate: (points: number) => void;
}

/** A row of blocks to build up to one's mark. */
function Rating({ question, chosen, onRate }: RatingProps): JSX.Element {
  const t = words.value;
  return (
    <div class="rating" role="radiogroup" aria-label={question}>
      {Array.from({ length: RATING }, (_, place) => place + 1).map((points) => (
        <button
          key={points}
          type="button"
          role="radio"
          aria-checked={points === chosen}
          aria-label={t.poll_points(points)}
          class={points <= chosen ? "on" : ""}
          onClick={() => onRate(points)}
          onKeyDown={step}
        >
          <span class="figures" aria-hidden="true">
            {points}
          </span>
        </button>
      ))}
    </div>
  );
}
