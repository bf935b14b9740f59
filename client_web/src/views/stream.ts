import { stream } from "../room/activities/stream";
import type { View } from "./view";

/** The stream. It stands above everything else on the audience's page, and in the console among the rest. */
export const streamView: View = { activity: stream };
