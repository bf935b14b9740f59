import type { PeopleWords } from "./people_zh";

export const peopleEn: PeopleWords = {
  co_host_name: "Whose link is it?",
  co_host_example: "Shanshan",
  co_host_powers: "What it allows",
  co_host_power: { host: "Everything", moderator: "Keeping order" },
  co_host_power_hint: {
    host: "Runs the room as you do: votes, wall, rules, links and results.",
    moderator: "Runs votes and questions, lets through, deletes, mutes and bans. No rules, no links, no results.",
  },
  co_host_made: (name) => `${name}’s link, to be sent to nobody else`,

  here: "Who’s here",
  here_open: (count) => `${count} online: show the list`,
  here_online: (count) => `${count} online`,
  here_away: (count) => `${count} reconnecting`,
  here_away_short: (count) => `${count} reconnecting`,
  here_away_one: "Reconnecting",
  here_news: (joined, left) => [joined && `${joined} joined`, left && `${left} left`].filter(Boolean).join(", "),
  here_search: "Find somebody",
  here_nobody: "Nobody has come in yet",
  here_not_found: "Nobody of that name on the list",
  here_first: (shown, all) => `The first ${shown} of ${all}; find the others by name.`,
  here_large: (most) =>
    `With more than ${most} in the audience, only hosts and moderators are listed. To deal with somebody, tap their face in the chat.`,
  here_you: "you",

  check_in: "Check in",
  check_in_undo: "Take back the check-in",
  checked_in: "Checked in",
  checked_in_at: (time) => `Checked in at ${time}`,
  checked_in_count: (count) => `${count} checked in`,
  checked_in_others: "Others who are checked in",

  warn: "Warn",
  warn_again: "Warn again",
  warned_at: (time) => `Warned at ${time}`,

  shops: "Several shops at once",
  shops_hint: "Name the shops that take part. Each has its own code; people, messages and votes are told apart by shop.",
  shops_name: "Name of the shop",
  shops_example: "East side",
  shops_add: "Add",
  shops_way_in: "Way in",
  shops_way_in_hint: "Put this code up in the shop: whoever scans it counts there.",
  shops_remove: "Take out",
};
