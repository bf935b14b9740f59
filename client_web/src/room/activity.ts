import type { LoggedEvent, Mine, Position } from "./messages";

/**
 * The client's half of an activity: plain state and how events change it. No part of a state is ever
 * changed in place, so that what did not change can be seen to be the same.
 */
export interface Activity<State = unknown> {
  readonly name: string;
  /** Event types that a person who was away would call "a message missed". */
  readonly counted?: readonly string[];
  /** The state in a view from the server; undefined before the first join. */
  read(view: unknown): State;
  /** Logged events. Stubs (`data` null) come as `event.data === null`. */
  apply(state: State, event: LoggedEvent): State;
  /** Whether what was stored there is told to its author alone, in `mine`: then no event of it comes by. */
  alone?(mine: Readonly<Mine>, position: Position): boolean;
  /** Volatile news: no place in the log, the newest replaces those before it. */
  hear?(state: State, type: string, body: Record<string, unknown>): State;
}
