import { arrivals } from "../room/activities/arrivals";
import type { View } from "./view";

/** Who is checked in. The console says so where it speaks of people, and everybody learns of themselves under "mine". */
export const arrivalsView: View = { activity: arrivals };
