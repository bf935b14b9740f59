import { useEffect, useState } from "preact/hooks";

const PHONE = "(max-width: 959px)";
/** Whoever taps "send" leaves the field for a moment. */
const LINGER = 600;

type Why = "typing" | "reading" | null;

/**
 * On a phone the stream makes room for whoever writes or looks through what was said: while somebody writes, and
 * from the first swipe over the talk until it is asked for again. It plays on.
 */
export function useFold(): { folded: boolean; fold: (on: boolean) => void } {
  const [why, setWhy] = useState<Why>(null);
  useEffect(() => {
    const phone = matchMedia(PHONE);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const writes = ({ target }: Event) => target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
    const begin = (event: Event) => {
      if (!phone.matches || !writes(event)) return;
      clearTimeout(timer);
      setWhy((before) => before ?? "typing");
    };
    const end = (event: Event) => {
      if (!writes(event)) return;
      clearTimeout(timer);
      timer = setTimeout(() => setWhy((before) => (before === "typing" ? null : before)), LINGER);
    };
    const swipe = () => phone.matches && setWhy("reading");
    const widen = () => !phone.matches && setWhy(null);
    const talk = document.querySelector("main");
    // Somebody may be writing when a stream begins.
    if (phone.matches && document.activeElement instanceof HTMLTextAreaElement) setWhy("typing");
    document.addEventListener("focusin", begin);
    document.addEventListener("focusout", end);
    talk?.addEventListener("touchmove", swipe, { passive: true });
    talk?.addEventListener("wheel", swipe, { passive: true });
    phone.addEventListener("change", widen);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("focusin", begin);
      document.removeEventListener("focusout", end);
      talk?.removeEventListener("touchmove", swipe);
      talk?.removeEventListener("wheel", swipe);
      phone.removeEventListener("change", widen);
    };
  }, []);
  return { folded: why !== null, fold: (on) => setWhy(on ? "reading" : null) };
}
