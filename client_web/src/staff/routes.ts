import { signal } from "@preact/signals";

/** Where in the staff's pages somebody is: the address without its host. */
export const path = signal(location.pathname);

const OWN = /^\/(staff|lobby)(\/|$)/;

export function go(to: string, { replace = false } = {}): void {
  const url = new URL(to, location.origin);
  if (!OWN.test(url.pathname)) {
    location.assign(url.href);
    return;
  }
  if (replace) history.replaceState(null, "", url.href);
  else history.pushState(null, "", url.href);
  path.value = url.pathname;
  window.scrollTo(0, 0);
}

/** Links between these pages need no new page; all others, and those with a key held down, are the browser's. */
export function followLinks(): void {
  window.addEventListener("popstate", () => {
    path.value = location.pathname;
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a");
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin || !OWN.test(link.pathname)) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
