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
};
