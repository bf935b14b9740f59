/** The words of the wire, generated from the server's own; and the shapes of answers around them. */
import type { Author, Command, LoggedEvent as KnownEvent, PositionShape } from "../../../protocols/schema/messages";

export type {
  Command,
  Count,
  PollCreated,
  Result,
  RoomSettings,
  RoomSettingsGiven,
} from "../../../protocols/schema/messages";

export type By = Author;
export type Position = PositionShape;
export type Role = Author["role"];

/** An event at its place in the room's log; `data` null is a stub of what was erased. */
export type LoggedEvent = KnownEvent;

export type CommandType = Command["type"];

/** What a command says beside its id and its room. */
export type Fields<Type extends CommandType> = Omit<
  Extract<Command, { type: Type }>,
  "type" | "id" | "room" | "on_behalf_of"
>;

export type Code =
  | "invalid"
  | "unknown_command"
  | "too_large"
  | "unauthorized"
  | "expired"
  | "revoked"
  | "forbidden"
  | "not_found"
  | "not_joined"
  | "closed"
  | "conflict"
  | "id_conflict"
  | "rate_limited"
  | "overloaded"
  | "unavailable"
  | "internal";

export interface WireError {
  code: Code;
  message: string;
  retry: boolean;
  retry_after_ms?: number;
}

export type Answer = ({ ok: true } & Record<string, unknown>) | { ok: false; error: WireError };

export type Reason = "first" | "epoch" | "future" | "trimmed" | "limit" | "expired" | "audience";

export interface JoinAnswer {
  ok: true;
  recovered: boolean;
  reason?: Reason;
  events?: LoggedEvent[];
  view?: Record<string, unknown>;
  mine: Record<string, unknown>;
  position: Position;
  now: number;
  audience: "everyone" | "hosts";
  you: By;
}

export interface HistoryAnswer {
  ok: true;
  events: LoggedEvent[];
  more: boolean;
}
