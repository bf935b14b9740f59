import { Failure, failureOf } from "./failure";
import { sendable } from "./text";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

interface Ask {
  body?: object;
  token?: string;
  /** How long to wait for an answer, in ms. */
  within?: number;
  /** The browser may keep the answer, and ask whether it still holds. */
  keeps?: boolean;
}

const WITHIN = 12_000;

/** What is no JSON is no answer of ours; any other failure is the way's. */
function unreadable(error: unknown): null {
  if (error instanceof SyntaxError) return null;
  throw error;
}

/** Ask our own server; a `Failure` says why not. Without a token the staff session's cookie speaks. */
export async function call<T>(method: Method, path: string, { body, token, within = WITHIN, keeps = false }: Ask = {}): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body) headers["content-type"] = "application/json";
  if (token) headers["authorization"] = `Bearer ${token}`;
  let response: Response;
  let answer: unknown;
  const limit = new AbortController();
  // For all of the answer: its head may come and the rest never.
  const timer = setTimeout(() => limit.abort(), within);
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(sendable(body)) } : {}),
      cache: keeps ? "no-cache" : "no-store",
      signal: limit.signal,
    });
    answer = response.status === 204 ? null : await response.json().catch(unreadable);
  } catch {
    throw new Failure("network", "", true);
  } finally {
    clearTimeout(timer);
  }
  if (response.status === 204) return null as T;
  if (response.ok && answer !== null) return answer as T;
  const error = (answer as { error?: unknown } | null)?.error;
  throw error ? failureOf(error) : new Failure(response.status === 404 ? "not_found" : "unavailable", "", response.status >= 500);
}

/** Fetch a file that needs a token, and give it to the browser to keep under that name. */
export async function save(path: string, name: string, token: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { authorization: `Bearer ${token}` }, cache: "no-store" });
  } catch {
    throw new Failure("network", "", true);
  }
  if (!response.ok) throw failureOf(((await response.json().catch(() => null)) as { error?: unknown } | null)?.error);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after the click, at its leisure.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
