import { batch, computed, effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** Where the stream and the cards stand above the talk, and one is large at the other's cost. */
const TIGHT = "(max-width: 599px), (max-width: 959px) and (max-height: 480px)";
const PHONE = "(max-width: 959px)";
/** Whoever taps "send" leaves the field for a moment. */
const LINGER = 600;
/** Of the height, for the list of what is said; audience.css says the same. */
const LIST = 0.34;
/** The line in which one writes. */
const FIELD = 62;
/** Above, between and below the cards. */
const GAP = 8;
/** Seen of a page, in pixels, once a keyboard is open. */
const LOW = 520;
/** A picture less high than this is shown as a strip. */
const LEAST = 104;

type Why = "typing" | "reading" | null;

const why = signal<Why>(null);

export const tight = signal(false);

/** On a phone, while somebody writes to the room: all that stands over the talk is small. */
export const writing = computed(() => why.value === "typing");

/** A keyboard is open, or the phone lies on its side. */
const low = signal(false);

/** The cards are lines: for whoever writes above a keyboard, or for a stream that was asked for. */
const aside = signal(false);
export const lined = computed(() => tight.value && (aside.value || (writing.value && low.value)));

/** How high the stream's picture may be, in pixels, for what is on beside it; 0 where only a strip fits. */
export const picture = signal<number | null>(null);

export const folded = computed(() => why.value !== null || (!aside.value && picture.value === 0));

/** Small or large, as somebody asked for; what is on steps aside for a large one. */
export function foldStream(on: boolean): void {
  batch(() => {
    why.value = on ? "reading" : null;
    aside.value = !on && tight.value;
  });
}

/** There is something new: a stream that was asked for makes room. */
export function callCards(): void {
  aside.value = false;
}

/** A card is asked for, even by somebody who writes. */
export function showCards(): void {
  batch(() => {
    aside.value = false;
    if (why.value === "typing") why.value = null;
  });
}

interface Above {
  /** What of the page can be seen, in pixels, as all of these. */
  seen: number;
  width: number;
  /** What keeps its height, above and below. */
  fixed: number;
  /** How high the cards would be. */
  cards: number;
  /** The talk stands below them. */
  stacked: boolean;
}

/** The height that is left for a picture of 16:9; 0 if it is not worth it. */
export function heightLeft({ seen, width, fixed, cards, stacked }: Above): number {
  const full = (width * 9) / 16;
  const left = seen - fixed - cards - (stacked ? LIST * seen : 0);
  return left >= full ? full : left >= LEAST ? Math.floor(left) : 0;
}

const heightOf = (hall: Element, selector: string): number => hall.querySelector<HTMLElement>(selector)?.offsetHeight ?? 0;

function measure(hall: HTMLElement, seen: number): void {
  const [place, cards, talk] = [".stream-place", ".now", "main"].map((one) => hall.querySelector<HTMLElement>(`:scope > ${one}`));
  if (!tight.value || !place || !talk) {
    picture.value = null;
    return;
  }
  const stacked = talk.offsetLeft < place.offsetWidth;
  const above = heightOf(hall, ":scope > .top") + heightOf(hall, ":scope > .banner");
  // Not as high as the talk's own parts happen to be, or the picture would change from tab to tab.
  const below = stacked ? heightOf(hall, ".kinds") + FIELD + heightOf(hall, ":scope > .foot") : 0;
  // As high as they would be, not as high as the box that they may scroll in.
  const each = Array.from(cards?.children ?? [], (one) => (one as HTMLElement).offsetHeight + GAP);
  const wish = each.reduce((sum, one) => sum + one, each.length && GAP);
  picture.value = heightLeft({ seen, width: place.offsetWidth, fixed: above + below, cards: wish, stacked });
}

/** Follows what people do, and how much room there is for it. */
export function useFront(hall: { current: HTMLElement | null }): void {
  useEffect(() => watchWriting(hall.current), []);
  useEffect(() => watchRoom(hall.current), []);
}

/**
 * On a phone the stream makes room for whoever writes or looks through what was said: while somebody writes, and
 * from the first swipe over the talk until it is asked for again. It plays on.
 */
function watchWriting(hall: HTMLElement | null): () => void {
  const phone = matchMedia(PHONE);
  const talk = hall?.querySelector(":scope > main");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const writes = ({ target }: Event) =>
    (target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement) && Boolean(talk?.contains(target));
  const begin = (event: Event) => {
    if (!phone.matches || !writes(event)) return;
    clearTimeout(timer);
    why.value ??= "typing";
  };
  const end = (event: Event) => {
    if (!writes(event)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (writing.value) why.value = null;
    }, LINGER);
  };
  const swipe = ({ target }: Event) => {
    if (!phone.matches || why.value === "reading") return;
    const list = target instanceof Element ? target.closest(".scroll, .kind-list") : null;
    const before = list?.getBoundingClientRect().top ?? 0;
    foldStream(true);
    // The list begins higher up now; what is being read stays under the thumb.
    requestAnimationFrame(() => {
      if (list) list.scrollTop += list.getBoundingClientRect().top - before;
    });
  };
  const widen = () => {
    if (!phone.matches) foldStream(false);
  };
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
    foldStream(false);
  };
}

/** Only what can be seen counts: a keyboard covers a page on an iPhone without making it any smaller. */
function watchRoom(hall: HTMLElement | null): () => void {
  if (!hall) return () => undefined;
  const query = matchMedia(TIGHT);
  const view = window.visualViewport;
  const cards = hall.querySelector(":scope > .now");
  const look = () => {
    tight.value = query.matches;
    const zoomed = view !== null && Math.abs(view.scale - 1) > 0.01;
    const seen = zoomed || !view ? window.innerHeight : Math.round(view.height);
    hall.style.setProperty("--seen", `${seen}px`);
    low.value = seen < LOW;
    hall.classList.toggle("low", low.value);
    hall.classList.toggle("lowest", seen < 400);
    hall.classList.toggle("least", seen < 260);
    // It was pushed up for a keyboard that it now has room for.
    if (!zoomed && seen < window.innerHeight) window.scrollTo(0, 0);
    measure(hall, seen);
  };
  // Not within the measuring, which would have to begin again.
  let asked = 0;
  const sizes = new ResizeObserver(() => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(look);
  });
  const observe = () => {
    sizes.disconnect();
    for (const one of [hall, ...hall.children, ...(cards?.children ?? [])]) sizes.observe(one);
    look();
  };
  const parts = new MutationObserver(observe);
  parts.observe(hall, { childList: true });
  if (cards) parts.observe(cards, { childList: true });
  observe();
  query.addEventListener("change", look);
  view?.addEventListener("resize", look);
  const stop = effect(() => {
    if (picture.value === null) hall.style.removeProperty("--picture");
    else hall.style.setProperty("--picture", `${picture.value}px`);
    hall.classList.toggle("writing", tight.value && writing.value);
  });
  return () => {
    stop();
    cancelAnimationFrame(asked);
    sizes.disconnect();
    parts.disconnect();
    query.removeEventListener("change", look);
    view?.removeEventListener("resize", look);
  };
}
