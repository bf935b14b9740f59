import { beside } from "./beside";

/** Words about what is one's own. */
export const mineZh = {
  tab: "我的",
  others: "更多",
  others_title: "还有这些",
  news: (label: string) => beside(label, "有新内容"),
  none: "还没有你的内容",
  none_hint: "你的提问、照片、投票和奖品都会在这里",
  chat: "我的消息",
  chat_waits: "待确认",
  chat_refused: "没通过",
  chat_deleted: "已被店员删除",
  questions: "我的提问",
  photos: "我的照片",
  votes: "我的投票",
  votes_open: "还可以改",
  prizes: "我的奖品",
  prize_state: { waiting: "待领取", given: "已领取" },
  prize_place: (place: number) => `第 ${place} 位`,
  prize_ticket: (ticket: string) => `票号 ${ticket}`,
  checked_in: "已签到",
  seat: "换手机接着用",
};

export type MineWords = typeof mineZh;
