import { computed } from "@preact/signals";
import { failureOf } from "../room/failure";
import { PasskeyFailure } from "../staff/passkey";
import { staffEn } from "./staff_en";
import { type StaffWords, staffZh } from "./staff_zh";
import { explain, language } from "./words";

export const staffWords = computed<StaffWords>(() => (language.value === "en" ? staffEn : staffZh));

/** Why something of the staff's did not work. */
export function why(error: unknown): string {
  const t = staffWords.value;
  const code = error instanceof PasskeyFailure ? error.reason : failureOf(error).code;
  if (code === "rate_limited") {
    const { retryAfter } = failureOf(error);
    if (retryAfter !== undefined) return t.try_in(Math.ceil(retryAfter / 1000));
  }
  return t.errors[code] ?? explain(code);
}

/** Several names in one line. */
export const listed = (names: readonly string[]): string => names.join(language.value === "en" ? ", " : "、");

/** A day and a time, short: 3月5日 14:20; with the year if it is another one. */
export function moment(at: number): string {
  const then = new Date(at);
  const now = new Date();
  const today = then.toDateString() === now.toDateString();
  const year = then.getFullYear() === now.getFullYear() ? {} : { year: "numeric" as const };
  const day = today ? {} : { month: "short" as const, day: "numeric" as const, ...year };
  return then.toLocaleString(language.value, { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
