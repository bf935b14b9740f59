/** Words about what is quick: reactions, announcements, the host's call. */
export const livelyZh = {
  reactions: "表情",
  reaction_kinds: { heart: "喜欢", clap: "鼓掌", brick: "搭得好", laugh: "好笑", wow: "哇" },
  reaction_rate: (count: string) => `每秒 ${count} 个表情`,
  reactions_open: "可以点表情",
  announcement: "公告",
  cue: "主持人邀请你",
  cue_does: { chat: "去聊天", photo: "发照片", question: "去提问", vote: "去投票", first: "去抢" },
  cue_note: "大家的页面和大屏幕上都会看到，按钮带大家过去",
  reactions_open_hint: "大家点的喜欢、鼓掌，每秒合在一起显示",
};
