import { Failure, failureOf } from "./failure";

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
}

async function call<T>(method: "GET" | "POST", path: string, body?: object, token?: string): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body) headers["content-type"] = "application/json";
  if (token) headers["authorization"] = `Bearer ${token}`;
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
      cache: "no-store",
      signal: AbortSignal.timeout(12_000),
    });
  } catch {
    throw new Failure("network", "", true);
  }
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

  link: (room: string, role: string, token: string) =>
    call<{ url: string; link: string }>("POST", `${at(room)}/links`, { role }, token),
};
