import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { IconButton } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { useTick } from "../parts/time";
import { Ballot, ballotOf } from "../polls/ballot";
import { Bars, Turnout } from "../polls/bars";
import { Timer } from "../polls/timer";
import { lifecycle } from "../room/activities/lifecycle";
import { isPaused, polls, pollToShow, resultFor } from "../room/activities/polls";
import { stream } from "../room/activities/stream";
import { callCards, lined, showCards, tight } from "./front";

/** So long does one see that one's vote was counted. */
const COUNTED = 1_500;

/** What is on now: the open vote; after it, its result. */
export function PollCard({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const snapshot = room.now.value;
  const state = stateOf(snapshot, polls);
  const poll = pollToShow(state, room.client.clock.now());
  const open = poll?.status === "open";
  // The result makes room for an older vote that is still open.
  useTick(!open && state.polls.some((one) => one.status === "open"), 2_000);
  const section = useRef<HTMLElement>(null);
  const [folded, setFolded] = useState<string | null>(null);
  const key = `${poll?.poll} ${poll?.status}`;
  const given = poll ? ballotOf(room, poll.poll) : null;
  const counted = open && given?.counted === true;
  // Beside a stream a phone has room for a line: whoever has voted has seen it.
  const steps = counted && tight.value && stateOf(snapshot, stream).stream?.status === "live";

  useEffect(() => {
    if (open) callCards();
  }, [key]);

  useEffect(() => {
    if (!steps) return undefined;
    const timer = setTimeout(() => {
      // Whoever voted by keys goes on from here.
      const { current: here } = section;
      if (here?.contains(document.activeElement)) here.querySelector<HTMLElement>("header .button")?.focus();
      setFolded(key);
    }, COUNTED);
    return () => clearTimeout(timer);
  }, [key, steps]);

  useEffect(() => {
    // What has ended is told once and then steps aside for the talk, unless somebody opens it again.
    if (poll?.status !== "closed") return undefined;
    const since = room.client.clock.now() - (poll.closed_at ?? 0);
    const timer = setTimeout(() => setFolded(key), Math.max(0, 30_000 - since));
    return () => clearTimeout(timer);
  }, [key]);

  if (!poll) return null;
  const going = stateOf(snapshot, lifecycle).status === "open";
  const short = folded === key || lined.value;
  const result = resultFor(poll, false);
  const mine = given?.choices ?? [];
  const question = <h2>{poll.question}</h2>;
  const unfold = () => {
    setFolded(null);
    showCards();
  };
  return (
    <section class={`card on ballot-card ${short ? "folded" : ""}`} aria-label={t.now} ref={section}>
      <header>
        {short && counted ? (
          <span class="counted">
            <Icon name="check" size={16} />
            {t.poll_voted}
          </span>
        ) : (
          <span class={`tag ${open ? "live" : ""}`}>{open ? t.poll : t.poll_closed}</span>
        )}
        {short || tight.value ? question : <span class="grow" />}
        {isPaused(poll) && <span class="tag warn">{t.poll_paused}</span>}
        <Timer poll={poll} clock={room.client.clock} />
        <IconButton icon={short ? "down" : "up"} label={short ? t.unfold : t.fold} onClick={short ? unfold : () => setFolded(key)} />
      </header>
      {!short && !tight.value && question}
      {!short && (
        <div class="body">
          {open && going ? (
            <>
              <Ballot key={poll.poll} room={room} poll={poll} />
              {poll.who !== "everyone" && (
                <p class="note row tight">
                  <Icon name="people" size={16} />
                  {t.poll_who[poll.who]}
                </p>
              )}
            </>
          ) : (
            <Bars room={room} poll={poll} result={result} mine={mine} />
          )}
          {!going && <p class="note">{t.room_closed_long}</p>}
          {result && (
            <p class="note">
              <Turnout result={result} occupancy={open ? snapshot.occupancy : null} />
            </p>
          )}
        </div>
      )}
    </section>
  );
}
