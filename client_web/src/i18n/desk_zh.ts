/** Words that only the console needs: its places, its queue, its health. */
export const deskZh = {
  tabs: { now: "现在", queue: "队列", run: "投票", stage: "画面", more: "更多" },
  places: "这一栏里的内容",
  columns: { people: "观众发来的", show: "活动内容" },
  waiting: "待处理",
  waiting_none: "都处理完了",
  waiting_none_hint: "需要你过目的聊天、提问和照片会出现在这里",
  waiting_count: (count: number) => `${count} 条待处理`,
  waiting_more: (count: number) => `后面还有 ${count} 条`,
  kinds: { chat: "聊天", question: "提问", photo: "照片" },
  rate_of: (rate: string, budget: string) => `${rate} / ${budget} 条/秒`,
  rate_title: (rate: string, budget: string) => `每秒 ${rate} 条，上限 ${budget} 条`,
  shed: (count: string) => `限流 ${count}`,
  shed_title: (count: string) => `最近一分钟有 ${count} 条因为太多被退回，发送的人会看到`,
  typed_ask: (word: string) => `输入“${word}”确认`,
  reset_word: "重置",
  poll_reset: "重置投票",
  poll_reset_sure: (question: string) => `“${question}”变回草稿，已经投的票全部作废，大家可以重新投。不能恢复。`,
};

export type DeskWords = typeof deskZh;
