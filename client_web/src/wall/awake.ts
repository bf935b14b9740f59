/** Keep the screen on. The lock ends when the page is hidden, so it is asked for again. */
export function stayAwake(): void {
  const ask = () => {
    if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    // A browser may refuse (low battery, plain http); the wall then goes on as the screen lets it.
    navigator.wakeLock.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}
