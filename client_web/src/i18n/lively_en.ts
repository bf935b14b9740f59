import type { Words } from "./zh-CN";

/** Words about what is quick: reactions, announcements, the host's call. */
export const livelyEn: Words["lively"] = {
  reactions: "Reactions",
  reaction_kinds: { heart: "Love it", clap: "Clap", brick: "Well built", laugh: "Funny", wow: "Wow" },
  reaction_rate: (count) => `${count} reactions a second`,
  reactions_open: "People may react",
  announcement: "Announcement",
  cue: "The host calls",
  cue_does: { chat: "To the chat", photo: "Send a photo", question: "Ask a question", vote: "To the vote", first: "To the gift" },
  cue_note: "Everyone sees it on their page and on the wall; the button takes them there",
  reactions_open_hint: "Hearts, claps and the like, shown together once a second",
};
