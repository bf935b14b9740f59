/** Words about the people of a room, for those who run it. */
export const peopleZh = {
  co_host_name: "给谁用？",
  co_host_example: "珊珊",
  co_host_powers: "能做什么",
  co_host_power: { host: "全部", moderator: "维持秩序" },
  co_host_power_hint: {
    host: "和你一样：投票、大屏、规则、链接和结果都能管",
    moderator: "能开投票、处理提问、审核、删除、禁言和封禁；不能改规则、发链接、下载结果",
  },
  co_host_made: (name: string) => `${name} 的链接，只发给对方一人`,

  here: "谁在房间",
  here_open: (count: string) => `${count} 人在线，查看名单`,
  here_online: (count: string) => `${count} 人在线`,
  here_away: (count: string) => `${count} 人重连中`,
  here_away_short: (count: string) => `重连 ${count}`,
  here_away_one: "重连中",
  here_news: (joined: number, left: number) =>
    [joined && `新来 ${joined} 人`, left && `离开 ${left} 人`].filter(Boolean).join("，"),
  here_search: "找人",
  here_nobody: "还没有人进来",
  here_not_found: "名单里没有这个名字",
  here_first: (shown: string, all: string) => `先列出 ${shown} 人，共 ${all} 人；其他人输入名字就能找到`,
  here_large: (most: string) => `观众超过 ${most} 人时只列出主持人和管理员；要处理某位观众，在聊天里点头像`,
  here_you: "你",

  check_in: "签到",
  check_in_undo: "撤销签到",
  checked_in: "已签到",
  checked_in_at: (time: string) => `${time} 签到`,
  checked_in_count: (count: string) => `${count} 人已签到`,
  checked_in_others: "其他已签到的人",

  warn: "提醒一下",
  warn_again: "再提醒一次",
  warned_at: (time: string) => `${time} 提醒过`,

  shops: "几家店一起参加",
  shops_hint: "写上参加的门店，每家店有自己的二维码；人数、消息和投票都会分店显示",
  shops_name: "门店名称",
  shops_example: "东店",
  shops_add: "添加",
  shops_way_in: "入口",
  shops_way_in_hint: "把这个二维码放在这家店里，扫码的人就算在这家店",
  shops_remove: "移出",
};

export type PeopleWords = typeof peopleZh;
