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

/** 00:24, 12:05, 1:02:03. Counts down to nought when nothing is left, so 0.2 s are still one second. */
export function clockFace(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const rest = `${two(minutes % 60)}:${two(seconds % 60)}`;
  return minutes >= 60 ? `${Math.floor(minutes / 60)}:${rest}` : rest;
}

export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString(language.value, { hour: "2-digit", minute: "2-digit", hour12: false });
}
