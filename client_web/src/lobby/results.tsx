import type { JSX } from "preact";
import { staffWords } from "../i18n/staff_words";
import { figure, words } from "../i18n/words";
import { Empty } from "../parts/bricks";
import { blockOf, percent, Sign, wide } from "../polls/bars";
import { Loaded, useAsked } from "../staff/loaded";
import { lobbyApi, type PollResult, type RoomResults } from "./api";

/** What a room has brought: how many came, what was said, how the votes went. */
export function Results({ room }: { room: string }): JSX.Element {
  const t = staffWords.value;
  const asked = useAsked(() => lobbyApi.results(room), `results ${room}`);
  return (
    <section class="card stack results">
      <h2>{t.results}</h2>
      <Loaded of={asked}>
        {({ polls, drafts, questions, messages, people }) => (
          <>
            <dl class="sums">
              {(
                [
                  [people, t.figures.people],
                  [messages, t.figures.messages],
                  [polls.length, t.figures.polls],
                  [questions.length, t.figures.questions],
                ] as const
              ).map(([count, label]) => (
                <div key={label}>
                  <dd class="figures">{figure(count)}</dd>
                  <dt class="note">{label}</dt>
                </div>
              ))}
            </dl>
            {polls.length + drafts.length === 0 && <Empty drawing="polls" title={t.results_none} hint={t.results_none_hint} />}
            {polls.map((poll) => (
              <PollOutcome key={poll.id} poll={poll} />
            ))}
            {drafts.length > 0 && <Drafts drafts={drafts} />}
          </>
        )}
      </Loaded>
    </section>
  );
}

/** Votes that wait to be opened: nothing has come of them yet. */
function Drafts({ drafts }: Pick<RoomResults, "drafts">): JSX.Element {
  const t = staffWords.value;
  return (
    <section class="outcome drafts">
      <div>
        <h3>{t.drafts}</h3>
        <p class="note">{t.drafts_hint}</p>
      </div>
      <ul class="stack">
        {drafts.map((poll) => (
          <li key={poll.id} class="row tight">
            <span class="tag">{words.value.poll_states.draft}</span>
            <span class="grow">{poll.question}</span>
            <span class="note">{words.value.poll_kinds[poll.kind]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function PollOutcome({ poll }: { poll: PollResult }): JSX.Element {
  const t = staffWords.value;
  const most = Math.max(...poll.options.map((option) => option.votes));
  return (
    <article class="outcome">
      <header class="row">
        <h3>{poll.question}</h3>
        <span class={`tag ${poll.status === "open" ? "live" : ""}`}>{words.value.poll_states[poll.status]}</span>
        <span class="note figures">{t.voters(figure(poll.voters))}</span>
      </header>
      <ol class="bars">
        {poll.options.map((option, place) => {
          const share = poll.voters ? option.votes / poll.voters : 0;
          return (
            <li key={option.id} class={poll.status === "closed" && option.votes > 0 && option.votes === most ? "best" : ""}>
              <div class="row tight">
                <Sign place={place} kind={poll.kind} />
                <span class="grow">{poll.kind === "rating" ? words.value.poll_points(Number(option.id)) : [option.text, option.caption, option.author].filter(Boolean).join(" · ")}</span>
                <span class="figures count">
                  <b>{figure(option.votes)}</b> {percent(share)}
                </span>
              </div>
              <div class={`bar ${blockOf(place, poll.kind)} ${option.votes ? "" : "none"}`}>
                <i style={{ width: wide(Math.min(1, share)) }} />
              </div>
            </li>
          );
        })}
      </ol>
    </article>
  );
}
