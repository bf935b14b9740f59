import type { Activity } from "../activity";
import type { Streamed } from "../messages";

/** How the stream reaches those who watch, as hosts are told. */
export interface Reach {
  readonly viewers: number;
  readonly median_ms: number | null;
  readonly p90_ms: number | null;
}

export interface StreamState {
  readonly stream: Readonly<Streamed> | null;
  /** Told to hosts alone, while the stream is on. */
  readonly reach: Reach | null;
}

function turned(state: StreamState, status: Streamed["status"], since: number): StreamState {
  return state.stream ? { stream: { ...state.stream, status, since }, reach: null } : state;
}

const count = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** The live picture on top of the room. */
export const stream: Activity<StreamState> = {
  name: "stream",

  read: (view) => ({ stream: (view as StreamState | undefined)?.stream ?? null, reach: null }),

  apply(state, event) {
    switch (event.type) {
      case "stream.started": {
        if (!event.data) return state;
        const { address, title = null } = event.data;
        return { stream: { address, title, status: "live", since: event.at }, reach: null };
      }
      case "stream.paused":
        return turned(state, "paused", event.at);
      case "stream.resumed":
        return turned(state, "live", event.at);
      case "stream.cleared":
        return { stream: null, reach: null };
      default:
        return state;
    }
  },

  hear(state, type, body) {
    if (type !== "stream.delay" || state.stream?.status !== "live") return state;
    const { median_ms, p90_ms } = body;
    return { ...state, reach: { viewers: count(body["viewers"]) ?? 0, median_ms: count(median_ms), p90_ms: count(p90_ms) } };
  },
};
