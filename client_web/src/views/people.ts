import { Warning } from "../audience/warning";
import { people } from "../room/activities/people";
import type { View } from "./view";

/** Who is banned and who has which role: kept by every page, shown by the console. Whoever is warned is told on top. */
export const peopleView: View = { activity: people, Card: Warning };
