import type { MineWords } from "./mine_zh";

export const mineEn: MineWords = {
  tab: "Mine",
  others: "More",
  others_title: "Also here",
  news: (label) => `${label}: something new`,
  none: "Nothing of yours yet",
  none_hint: "Your questions, photos, votes and prizes will be here",
  chat: "My messages",
  chat_waits: "Waiting",
  chat_refused: "Not approved",
  chat_deleted: "Deleted by staff",
  questions: "My questions",
  photos: "My photos",
  votes: "My votes",
  votes_open: "Can be changed",
  prizes: "My prizes",
  prize_state: { waiting: "To collect", given: "Collected" },
  prize_place: (place) => `Place ${place}`,
  prize_ticket: (ticket) => `Ticket ${ticket}`,
  checked_in: "Checked in",
  seat: "Go on with another phone",
};
