import { Failure, failureOf } from "./failure";
import { sendable } from "./text";

/** What the server gives to those it lets in. */
export interface Pass {
  token: string;
  room: string;
  role: string;
  user: string;
  name: string;
  expires_at: number;
  device?: string;
}

export interface PublicRoom {
  id: string;
  title: string;
  status: "open" | "closed";
  /** The server's public address, if it was told one. */
  url?: string;
}

/** A way into the room; `link` is as secret as a key. */
export interface RoomLink {
  id: string;
  role: string;
  label: string | null;
  link: string;
  url: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

async function call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: object, token?: string): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body) headers["content-type"] = "application/json";
  if (token) headers["authorization"] = `Bearer ${token}`;
  let response: Response;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), 12_000);
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(sendable(body)) } : {}),
      cache: "no-store",
      signal: limit.signal,
    });
  } catch {
    throw new Failure("network", "", true);
  } finally {
    clearTimeout(timer);
  }
  if (response.status === 204) return null as T;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer as T;
  const error = (answer as { error?: unknown } | null)?.error;
  throw error ? failureOf(error) : new Failure(response.status === 404 ? "not_found" : "unavailable", "", response.status >= 500);
}

const at = (room: string) => `/rooms/${encodeURIComponent(room)}`;

export const api = {
  room: (room: string) => call<PublicRoom>("GET", at(room)),

  guest: (room: string, nickname: string, device?: string) =>
    call<Pass>("POST", `${at(room)}/guest`, device ? { nickname, device } : { nickname }),

  exchange: (link: string, nickname?: string, device?: string) =>
    call<Pass>("POST", "/links/exchange", {
      link,
      ...(nickname ? { nickname } : {}),
      ...(device ? { device } : {}),
    }),

  links: async (room: string, token: string) => (await call<{ links: RoomLink[] }>("GET", `${at(room)}/links`, undefined, token)).links,

  makeLink: (room: string, role: "host" | "wall", token: string) =>
    call<RoomLink>("POST", `${at(room)}/links`, { role }, token),

  revokeLink: (room: string, link: string, token: string) =>
    call<null>("DELETE", `${at(room)}/links/${encodeURIComponent(link)}`, undefined, token),
};
