import { people } from "../room/activities/people";
import type { View } from "./view";

/** Who is banned and who has which role: kept by every page, shown by the console. */
export const peopleView: View = { activity: people };
