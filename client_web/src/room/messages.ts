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

export type Role = "host" | "moderator" | "attendee" | "wall" | "bot";

export interface By {
  id: string;
  name: string;
  role: Role;
  guest?: boolean;
  via?: string | null;
}

export interface Position {
  epoch: string;
  seq: number;
}

/** An event at its place in the room's log; `data` null is a stub of what was erased. */
export interface LoggedEvent {
  type: string;
  room: string;
  epoch: string;
  after: number;
  seq: number;
  at: number;
  by: By | null;
  data: Record<string, unknown> | null;
}

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
