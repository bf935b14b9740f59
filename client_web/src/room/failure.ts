import type { Code } from "./messages";

/** What the server or the way to it says no with; `kicked` ends a connection, those after it are our own. */
export type FailureCode = Code | "kicked" | "network" | "timeout" | "unsure" | "full";

export class Failure extends Error {
  readonly code: FailureCode;
  readonly retry: boolean;
  readonly retryAfter: number | undefined;

  constructor(code: FailureCode, message = "", retry = false, retryAfter?: number) {
    super(message || code);
    this.code = code;
    this.retry = retry;
    this.retryAfter = retryAfter;
  }
}

/** The failure in an `error` object from the wire, whatever else that object may hold. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (typeof error === "object" && error !== null && "code" in error && typeof error.code === "string") {
    const { code, message, retry, retry_after_ms } = error as Record<string, unknown>;
    return new Failure(
      code as Code,
      typeof message === "string" ? message : "",
      retry === true,
      typeof retry_after_ms === "number" ? retry_after_ms : undefined,
    );
  }
  // A part of the page that could not be fetched; browsers have no other name for it.
  if (error instanceof TypeError && /fetch|import/i.test(error.message)) return new Failure("network", "", true);
  return new Failure("internal", "", true);
}
