import { useEffect, useState } from "preact/hooks";
import { language } from "../i18n/words";

/** Draw again every so often while something counts down. */
export function useTick(active: boolean, every = 250): void {
  const [, draw] = useState(0);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setInterval(() => draw((count) => count + 1), every);
    return () => clearInterval(timer);
  }, [active, every]);
}

export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString(language.value, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
