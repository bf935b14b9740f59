import { useEffect, useState } from "preact/hooks";
import { language } from "../i18n/words";

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

/** Draw again every so often while something counts down. */
export function useTick(active: boolean, every = 250): void {
  const [, draw] = useState(0);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setInterval(() => draw((count) => count + 1), every);
    return () => clearInterval(timer);
  }, [active, every]);
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * When something is, as people say it at `now`: 19:00 on that day, else with the day: 周六 19:00, Sat 7 pm. More than
 * six days off a weekday may be either of two, so the date stands with it.
 */
export function dayAndTime(at: number, now: number, as: string = language.value): string {
  const then = new Date(at);
  const english = as === "en";
  const whole = then.getMinutes() === 0;
  const time = then
    .toLocaleTimeString(as, english ? { hour: "numeric", ...(whole ? {} : { minute: "2-digit" }), hour12: true } : CLOCK)
    .replace(/\s([AP]M)$/, (_, half: string) => ` ${half.toLowerCase()}`);
  if (then.toDateString() === new Date(now).toDateString()) return time;
  const weekday = then.toLocaleDateString(as, { weekday: "short" });
  if (Math.abs(at - now) < 6 * DAY) return `${weekday} ${time}`;
  const date = then.toLocaleDateString(as, english ? { day: "numeric", month: "short" } : { day: "numeric", month: "long" });
  return english ? `${weekday}, ${date}, ${time}` : `${date} ${weekday} ${time}`;
}

/** Nobody counts hours: what is further off than one is told by when it is. */
export const isFar = (left: number): boolean => left > HOUR;

export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString(language.value, CLOCK);
}
