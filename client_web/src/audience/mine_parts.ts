/** What is one's own, of every activity: fetched as one, after the page itself. */
export { chatMine } from "./chat_mine";
export { giftMine } from "./gift_mine";
export { MinePanel } from "./mine_panel";
export { photoMine } from "./photo_mine";
export { pollMine } from "./poll_mine";
export { questionMine } from "./question_mine";
