import { lifecycle } from "../room/activities/lifecycle";
import type { View } from "./view";

/** The room itself. Pages say in their own places what it is called, whether it is on, and that it is a rehearsal. */
export const lifecycleView: View = {
  activity: lifecycle,
  over: async () => (await import("../wall/rehearsal_mark")).RehearsalMark,
};
