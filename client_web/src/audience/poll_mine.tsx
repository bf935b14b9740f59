import type { JSX } from "preact";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { entriesOf } from "../photos/entries";
import { firstChoice, type Poll, polls } from "../room/activities/polls";
import type { MinePart } from "../views/view";
import { ballotOf } from "../polls/ballot";

/** The votes in which one has a ballot, the newest first. */
function votedIn(room: Room): Poll[] {
  const ballots = room.now.value.mine.polls?.ballots ?? {};
  return stateOf(room.now.value, polls).polls.filter((poll) => poll.poll in ballots).reverse();
}

/** What one has voted for. */
export const pollMine: MinePart = {
  name: "votes",
  label: () => words.value.mine.votes,
  some: (room) => votedIn(room).length > 0,
  List,
};

function List({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const name = (poll: Poll, choice: number): string =>
    poll.kind === "rating"
      ? t.poll_points(choice)
      : (entriesOf(room, poll)[choice - firstChoice(poll)]?.title ?? poll.options[choice - firstChoice(poll)] ?? "");
  return (
    <ul>
      {votedIn(room).map((poll) => (
        <li key={poll.poll} class="mine-row">
          <div class="grow">
            <p class="note">{poll.question}</p>
            <p class="text">{ballotOf(room, poll.poll)?.choices.map((choice) => name(poll, choice)).join(" · ")}</p>
          </div>
          <span class={`tag ${poll.status === "open" ? "good" : ""}`}>
            {poll.status === "open" ? t.mine.votes_open : t.poll_closed}
          </span>
        </li>
      ))}
    </ul>
  );
}
