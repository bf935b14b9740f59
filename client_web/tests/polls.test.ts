import { describe, expect, it } from "vitest";
import { average, bars, isPaused, type PollsState, polls, pollToShow, resultFor, timeLeft } from "../src/room/activities/polls";
import type { LoggedEvent, Result } from "../src/room/messages";

const words = {
  poll: "p1",
  question: "哪件最好",
  kind: "single" as const,
  options: ["城堡", "恐龙"],
  max_choices: 1,
  who: "everyone" as const,
  hidden: false,
  duration_ms: 60_000,
};

let seq = 0;
function event<Type extends LoggedEvent["type"]>(type: Type, data: Extract<LoggedEvent, { type: Type }>["data"], at = 1_000) {
  seq += 1;
  return { type, room: "r1", epoch: "e", after: seq - 1, seq, at, by: null, data } as LoggedEvent;
}

const result = (...counts: number[]): Result => {
  const voters = counts.reduce((sum, count) => sum + count, 0);
  return { counts, voters, guests: { counts: counts.map(() => 0), voters: 0 } };
};
const all = (...events: LoggedEvent[]) => events.reduce<PollsState>(polls.apply, polls.read(undefined));
const opened = (change: Partial<typeof words> = {}, at = 1_000) =>
  event("poll.opened", { ...words, ...change, closes_at: at + 60_000 }, at);
const tally = (state: PollsState, told: Result, poll = "p1") => polls.hear?.(state, "poll.tally", { poll, result: told }) ?? state;

describe("polls", () => {
  it("go from draft to open to closed", () => {
    const draft = all(event("poll.created", words));
    expect(draft.polls[0]?.status).toBe("draft");
    const open = polls.apply(draft, opened());
    expect(open.polls).toHaveLength(1);
    expect(open.polls[0]).toMatchObject({ status: "open", closes_at: 61_000 });
    const closed = polls.apply(open, event("poll.closed", { poll: "p1", reason: "timer", result: result(1, 2) }, 61_000));
    expect(closed.polls[0]).toMatchObject({ status: "closed", closed_at: 61_000, closes_at: null, result: result(1, 2) });
  });

  it("count by tallies while open, and by the closing from then on", () => {
    const open = tally(all(opened()), result(3, 1));
    expect(open.polls[0]?.result?.voters).toBe(4);
    const closed = polls.apply(open, event("poll.closed", { poll: "p1", reason: "staff", result: result(3, 2) }));
    expect(tally(closed, result(3, 1)).polls[0]?.result).toEqual(result(3, 2));
  });

  it("show a hidden result to staff alone, until it is revealed", () => {
    const counted = all(
      opened({ hidden: true }),
      event("poll.closed", { poll: "p1", reason: "timer", result: null }),
      event("poll.counted", { poll: "p1", result: result(5, 2) }),
    );
    const [poll] = counted.polls;
    if (!poll) throw new Error("no poll");
    expect(resultFor(poll, false)).toBeNull();
    expect(resultFor(poll, true)).toEqual(result(5, 2));
    const shown = polls.apply(counted, event("poll.revealed", { poll: "p1", result: result(5, 2) })).polls[0];
    expect(shown && resultFor(shown, false)).toEqual(result(5, 2));
  });

  it("hide at once what was seen before", () => {
    const state = polls.apply(tally(all(opened()), result(3, 1)), event("poll.hidden", { poll: "p1" }));
    expect(state.polls[0] && resultFor(state.polls[0], false)).toBeNull();
  });

  it("stop and extend their clock", () => {
    const paused = all(opened(), event("poll.paused", { poll: "p1", remaining_ms: 20_000 }));
    const [poll] = paused.polls;
    if (!poll) throw new Error("no poll");
    expect(isPaused(poll)).toBe(true);
    expect(timeLeft(poll, 999_999)).toBe(20_000);
    const more = polls.apply(paused, event("poll.extended", { poll: "p1", closes_at: null, remaining_ms: 50_000 }));
    const on = polls.apply(more, event("poll.resumed", { poll: "p1", closes_at: 70_000 })).polls[0];
    expect(on && timeLeft(on, 50_000)).toBe(20_000);
    expect(on && timeLeft(on, 80_000)).toBe(0);
  });

  it("take photos for options while they are drafts", () => {
    const entered = all(
      event("poll.created", words),
      event("poll.entered", { poll: "p1", option: "3 号", photo: "f1" }),
      event("poll.entered", { poll: "p1", option: "4 号", photo: "f2" }),
    );
    expect(entered.polls[0]).toMatchObject({ options: ["城堡", "恐龙", "3 号", "4 号"], photos: [null, null, "f1", "f2"] });
    expect(entered.polls[0]?.result?.counts).toHaveLength(4);
    const one = polls.apply(entered, event("poll.withdrawn", { poll: "p1", photo: "f1" }));
    expect(one.polls[0]).toMatchObject({ options: ["城堡", "恐龙", "4 号"], photos: [null, null, "f2"] });
    expect(polls.apply(one, event("poll.withdrawn", { poll: "p1", photo: "f2" })).polls[0]).toMatchObject({ photos: [] });
    expect(all(opened()).polls[0]?.photos).toEqual([]);
  });

  it("can be taken away", () => {
    expect(all(opened(), event("poll.removed", { poll: "p1" })).polls).toEqual([]);
  });

  it("are drafts again, where they stood and with nothing counted, when they are reset", () => {
    const state = [
      event("poll.redrafted", { ...words, hidden: true, poll: "p3", was: "p1", photos: [] }),
      event("poll.removed", { poll: "p1" }),
    ].reduce(polls.apply, tally(all(opened(), opened({ poll: "p2" })), result(1, 0)));
    expect(state.polls.map((one) => [one.poll, one.status])).toEqual([["p3", "draft"], ["p2", "open"]]);
    expect(state.polls[0]).toMatchObject({ hidden: true, opened_at: null, result: { voters: 0, counts: [0, 0] } });
  });

  it("go when they were closed too long ago, not while they are in use", () => {
    const closed = event("poll.closed", { poll: "p1", reason: "staff", result: result(1, 0) }, 5_000);
    const state = all(opened(), closed, opened({ poll: "p2" }, 2_000), event("poll.created", { ...words, poll: "p3" }));
    const after = (before: number) =>
      polls.apply(state, event("room.retired", { before, upto: 1 })).polls.map((one) => one.poll);
    expect(after(5_000)).toEqual(["p1", "p2", "p3"]);
    expect(after(5_001)).toEqual(["p2", "p3"]);
  });

  it("tell a fresh result before an older vote that is still open", () => {
    const state = all(
      opened({ poll: "old" }, 1_000),
      opened({ poll: "new" }, 2_000),
      event("poll.closed", { poll: "new", reason: "staff", result: result(1, 0) }, 10_000),
    );
    expect(pollToShow(state, 15_000)?.poll).toBe("new");
    expect(pollToShow(state, 40_000)?.poll).toBe("old");
    expect(pollToShow(polls.apply(state, opened({ poll: "next" }, 12_000)), 15_000)?.poll).toBe("next");
  });

  it("tell a result that is revealed late, though another vote is open and a later one closed", () => {
    const state = all(
      opened({ poll: "first" }, 1_000),
      event("poll.closed", { poll: "first", reason: "staff", result: null }, 2_000),
      opened({ poll: "second" }, 3_000),
      event("poll.closed", { poll: "second", reason: "staff", result: result(1, 0) }, 4_000),
      opened({ poll: "open" }, 5_000),
    );
    expect(pollToShow(state, 90_000)?.poll).toBe("open");
    const told = polls.apply(state, event("poll.revealed", { poll: "first", result: result(2, 1) }, 90_000));
    expect(pollToShow(told, 91_000)?.poll).toBe("first");
    expect(pollToShow(told, 120_000)?.poll).toBe("open");
  });

  it("make bars: shares of voters, heights against the highest", () => {
    const [poll] = all(opened()).polls;
    if (!poll) throw new Error("no poll");
    expect(bars(poll, result(3, 1), String)).toMatchObject([
      { choice: 0, label: "城堡", count: 3, share: 0.75, height: 1, best: true },
      { choice: 1, label: "恐龙", count: 1, share: 0.25, best: false },
    ]);
    expect(bars(poll, null, String).map((bar) => bar.height)).toEqual([0, 0]);
    const rating = { ...poll, kind: "rating" as const, options: [] };
    expect(bars(rating, result(0, 0, 0, 1, 1), (points) => `${points}!`).map((bar) => bar.label)).toEqual(["1!", "2!", "3!", "4!", "5!"]);
    expect(average(result(0, 0, 0, 1, 1))).toBe(4.5);
  });
});
