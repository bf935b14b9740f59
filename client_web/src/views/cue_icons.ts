import type { IconName } from "../parts/icons";
import type { Does } from "../room/activities/cues";

/** What a call leads to, as a drawing. */
export const CUE_ICONS: Readonly<Record<Does, IconName>> = {
  none: "flag",
  chat: "chat",
  photo: "photo",
  question: "question",
  vote: "bars",
  first: "gift",
};
