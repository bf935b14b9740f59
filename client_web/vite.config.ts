import { defineConfig, loadEnv, type Plugin } from "vite";
import { entryOf, gzipped, holding, loaded } from "./budget.mjs";
import { compressed } from "./compressed.mjs";

// Where `vite dev` finds a running server; the built pages are served by that server itself.
const server = loadEnv("", ".", "SHOWFLOOR_")["SHOWFLOOR_DEV_SERVER"] ?? "http://127.0.0.1:8000";

/** A phone in a crowded shop loads the audience's page over a poor network: more than this fails the build. */
const AUDIENCE_BUDGET = 82_000;
const LANGUAGES = ["/src/i18n/zh-CN.ts", "/src/i18n/en.ts"];

const budget: Plugin = {
  name: "budget",
  generateBundle(_, bundle) {
    const weight = Math.max(...LANGUAGES.map((words) => gzipped("audience", bundle, words)));
    if (weight > AUDIENCE_BUDGET) this.error(`the audience's page weighs ${weight} bytes, more than ${AUDIENCE_BUDGET}`);
    this.info(`the audience's page weighs ${weight} bytes`);
    // Only where there is a stream to watch, and one language only.
    for (const later of ["/hls.js/", "/src/stream/", ...LANGUAGES]) {
      const held = holding(later, bundle);
      const early = loaded("audience", bundle).filter((file) => held.includes(file));
      if (!held.length || early.length) this.error(`${later} must be fetched later: it is in ${early.join() || "nothing"}`);
    }
  },
};

/** The words are asked for as soon as the little is there that knows which: not only once the whole page is. */
const wordsFirst: Plugin = {
  name: "words first",
  transformIndexHtml: {
    order: "post",
    handler(html, { bundle }) {
      if (!bundle) return html;
      const src = `/${entryOf("language", bundle).fileName}`;
      return [{ tag: "script", attrs: { type: "module", async: true, crossorigin: true, src }, injectTo: "head-prepend" }];
    },
  },
};

export default defineConfig({
  appType: "mpa",
  plugins: [budget, wordsFirst, compressed()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // Phones and the browsers inside messengers lag behind by years.
    target: ["chrome100", "safari15.4"],
    // The pages' content security policy forbids inline scripts, and data: only for pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // hls.js is that large, and fetched only where there is a stream.
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      // Compressing well takes its time.
      checks: { pluginTimings: false },
      input: {
        audience: "audience.html",
        host: "host.html",
        staff: "staff.html",
        wall: "wall.html",
        language: "src/i18n/language.ts",
      },
    },
  },
  server: {
    proxy: {
      "/api": server,
      "/socket.io": { target: server, ws: true },
    },
  },
});
