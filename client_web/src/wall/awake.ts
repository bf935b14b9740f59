const PAUSE = 30_000;

/** The browser's own, or a stand-in for it. */
interface Screen {
  visible(): boolean;
  lock(): Promise<{ released: boolean; addEventListener(type: "release", act: () => void): void }>;
  listen(change: () => void): void;
}

const browser: Screen = {
  visible: () => document.visibilityState === "visible",
  lock: () => navigator.wakeLock.request("screen"),
  listen: (change) => document.addEventListener("visibilitychange", change),
};

/**
 * Keep the screen on. A lock ends when the page is hidden or the device thinks so, and may be refused for a
 * while (low battery), so it is asked for again; plain http has none, and the wall goes on as the screen lets it.
 */
export function stayAwake(screen: Screen = browser, able: boolean = "wakeLock" in navigator): void {
  if (!able) return;
  let held: { released: boolean } | null = null;
  let asking = false;
  let later: ReturnType<typeof setTimeout> | undefined;
  const ask = async () => {
    if (asking || !screen.visible() || (held && !held.released)) return;
    clearTimeout(later);
    asking = true;
    try {
      const lock = await screen.lock();
      held = lock;
      lock.addEventListener("release", () => void ask());
    } catch {
      later = setTimeout(() => void ask(), PAUSE);
    } finally {
      asking = false;
    }
  };
  screen.listen(() => void ask());
  void ask();
}
