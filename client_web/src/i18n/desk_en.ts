import type { DeskWords } from "./desk_zh";

export const deskEn: DeskWords = {
  tabs: { now: "Now", queue: "Queue", run: "Votes", stage: "Screen", more: "More" },
  columns: { people: "From the audience", show: "The show" },
  places: "What is under this tab",
  waiting: "Waiting",
  waiting_none: "All done",
  waiting_none_hint: "Messages, questions and photos that you should look at turn up here",
  waiting_count: (count) => `${count} waiting for you`,
  waiting_more: (count) => `${count} more after these`,
  kinds: { chat: "Chat", question: "Question", photo: "Photo" },
  rate_of: (rate, budget) => `${rate} / ${budget} msg/s`,
  rate_title: (rate, budget) => `${rate} messages a second of at most ${budget}`,
  shed: (count) => `${count} turned away`,
  shed_title: (count) => `In the last minute ${count} messages were too many; their senders were told`,
  typed_ask: (word) => `Type “${word}” to confirm`,
  reset_word: "reset",
  poll_reset: "Reset this vote",
  poll_reset_sure: (question) => `“${question}” becomes a draft again. All ballots are void, and everyone may vote anew. There is no way back.`,
  rehearse: "Start a rehearsal",
  rehearse_hint:
    "Everything works, and everybody sees the word “Rehearsal”. At its end all that was said, asked, cast and won goes, and votes and gifts are drafts again; settings, links and the run-sheet stay. Only before the show.",
  rehearse_used: "Somebody has said or cast something here already. A rehearsal begins before that; rehearse in a copy of the room.",
  rehearsing: "Rehearsal: it all goes at the end",
  rehearsing_people: (count) => `Rehearsal, ${count} here. End it before the show`,
  rehearse_end: "End the rehearsal and clear",
  rehearse_end_short: "End and clear",
  rehearse_end_sure:
    "All that was said, asked, sent, cast and won in it goes from all pages, the history, exports and photos. There is no way back. Votes, gifts and draws are drafts again; settings, links, the run-sheet and staff stay.",
  rehearse_end_word: "clear",
};
