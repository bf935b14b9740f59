import { effect } from "@preact/signals";
import { render, type ComponentChild } from "preact";
import { ready, words } from "./i18n/words";
import "./style/base.css";
import "./style/parts.css";
import "./style/toasts.css";
import "./style/blocks.css";

export function show(content: () => ComponentChild): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const asked = new URLSearchParams(location.search).get("theme");
  const paint = () => {
    document.documentElement.dataset["theme"] = asked ?? (dark.matches ? "dark" : "light");
  };
  paint();
  dark.addEventListener("change", paint);
  const page = document.getElementById("page");
  if (page) void ready.then(() => render(content(), page));
}

/** The tab's title follows the room's. */
export function titled(text: () => string): void {
  void ready.then(() =>
    effect(() => {
      document.title = [text(), words.value.app].filter(Boolean).join(" · ");
    }),
  );
}
