/** What plays the stream in a video element: the browser itself, or hls.js. */
export interface Engine {
  /** When what is shown was recorded, in ms since 1970 by the clock of whoever recorded it; null if the stream does not say. */
  recordedAt(): number | null;
  /** How far from the newest that can be had, in ms; null if that is not known yet. */
  fromEdge(): number | null;
  toEdge(): void;
  /** Load nothing more, for somebody stopped it; and go on. */
  rest(): void;
  wake(): void;
  close(): void;
}

/** This browser can play no such stream. */
export class Unplayable extends Error {}

/** `tap`: it may not start by itself. `stuck`: it is tried again. */
export type Phase = "loading" | "playing" | "stopped" | "tap" | "stuck" | "unplayable";

/** The part of a video element that is needed here. */
export type Screen = Pick<
  HTMLVideoElement,
  "currentTime" | "paused" | "play" | "pause" | "addEventListener" | "removeEventListener"
>;

export interface PlayerOptions {
  screen: Screen;
  open(failed: () => void): Promise<Engine>;
  /** The room's time. */
  now(): number;
  onPhase(phase: Phase): void;
  /** From time to time while it is shown: how far behind the room it is; null if that cannot be told. */
  onDelay(delay: number | null): void;
}

const LOOK = 1_000;
/** Nothing has moved for so long: begin anew. */
const STILL_LOOKS = 12;
const REPORT_LOOKS = 10;
const FIRST_REPORT = 1;
/** Further behind the newest than this after a pause: jump there. */
const FAR = 8_000;
const DELAY_MOST = 600_000;
const LONGEST_PAUSE = 30_000;

/** How long to wait before the next try: twice as long each time, and not all at once. */
export function pauseBefore(attempt: number, luck: () => number = Math.random): number {
  return Math.min(1_000 * 2 ** attempt, LONGEST_PAUSE) * (0.5 + luck() / 2);
}

/** How far behind the room's time it is shown. Without times in the stream, what is known is how far from its end. */
export function delayOf(engine: Pick<Engine, "recordedAt" | "fromEdge">, now: number): number | null {
  const recorded = engine.recordedAt();
  const delay = recorded === null ? engine.fromEdge() : now - recorded;
  if (delay === null || !Number.isFinite(delay) || delay > DELAY_MOST) return null;
  // A clock a little ahead of ours is no delay; one far ahead tells nothing.
  if (delay < 0) return delay > -2_000 ? 0 : null;
  return Math.round(delay);
}

/** Plays a stream for as long as it is wanted: begins anew when it breaks, and says how far behind it is. */
export class Player {
  #engine: Engine | null = null;
  #phase: Phase = "loading";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;
  #attempt = 0;
  #turn = 0;
  #still = 0;
  #at = -1;
  #shown = false;
  #looks = 0;

  constructor(private readonly options: PlayerOptions) {}

  start(): void {
    this.options.screen.addEventListener("playing", this.#playing);
    this.#looking = setInterval(() => this.#look(), LOOK);
    void this.#begin();
  }

  close(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    clearInterval(this.#looking);
    this.options.screen.removeEventListener("playing", this.#playing);
    this.#engine?.close();
    this.#engine = null;
  }

  /** Somebody stopped it. */
  stop(): void {
    this.options.screen.pause();
    this.#engine?.rest();
    this.#set("stopped");
  }

  /** Go on, with what is newest. */
  go(): void {
    if (!this.#engine) return;
    this.#engine.wake();
    this.#set("loading");
    void this.#play();
    this.catchUp();
  }

  /** After a time in the background. */
  catchUp(): void {
    const behind = this.#engine?.fromEdge() ?? 0;
    if (behind > FAR) this.#engine?.toEdge();
  }

  async #begin(): Promise<void> {
    const turn = ++this.#turn;
    this.#still = 0;
    this.#at = -1;
    this.#shown = false;
    if (this.#attempt === 0) this.#set("loading");
    try {
      const engine = await this.options.open(() => turn === this.#turn && this.#failed());
      if (turn !== this.#turn) {
        engine.close();
        return;
      }
      this.#engine = engine;
      await this.#play();
    } catch (error) {
      if (turn !== this.#turn) return;
      if (error instanceof Unplayable) {
        this.#set("unplayable");
        return;
      }
      // It is tried again; what keeps it from working stands in the browser's own log.
      reportError(error);
      this.#failed();
    }
  }

  async #play(): Promise<void> {
    try {
      await this.options.screen.play();
    } catch (error) {
      if ((error as Error).name === "NotAllowedError") this.#set("tap");
    }
  }

  #failed(): void {
    this.#turn += 1;
    this.#engine?.close();
    this.#engine = null;
    this.#set("stuck");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#begin(), pauseBefore(this.#attempt++));
  }

  readonly #playing = (): void => {
    if (this.#engine) this.#set("playing");
  };

  #look(): void {
    const { screen } = this.options;
    if (!this.#engine || this.#phase === "stopped" || this.#phase === "tap") return;
    const moved = this.#at >= 0 && screen.currentTime !== this.#at;
    this.#at = screen.currentTime;
    this.#still = moved ? 0 : this.#still + 1;
    if (this.#still >= STILL_LOOKS) {
      this.#failed();
      return;
    }
    // It has moved on by itself: whatever was wrong is over.
    if (moved && this.#phase === "playing") {
      this.#attempt = 0;
      this.#shown = true;
    }
    // Who sees it falter sees it late all the same.
    if (!this.#shown) return;
    if (this.#looks++ % REPORT_LOOKS === FIRST_REPORT) this.options.onDelay(delayOf(this.#engine, this.options.now()));
  }

  #set(phase: Phase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.options.onPhase(phase);
  }
}
