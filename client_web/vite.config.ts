import { defineConfig, loadEnv, type Plugin } from "vite";
import { gzipped, holding, loaded } from "./budget.mjs";

// Where `vite dev` finds a running server; the built pages are served by that server itself.
const server = loadEnv("", ".", "SHOWFLOOR_")["SHOWFLOOR_DEV_SERVER"] ?? "http://127.0.0.1:8000";

/** A phone in a crowded shop loads the audience's page over a poor network: more than this fails the build. */
const AUDIENCE_BUDGET = 90_000;

const budget: Plugin = {
  name: "budget",
  generateBundle(_, bundle) {
    const weight = gzipped("audience", bundle);
    if (weight > AUDIENCE_BUDGET) this.error(`the audience's page weighs ${weight} bytes, more than ${AUDIENCE_BUDGET}`);
    // Only where there is a stream to watch.
    for (const player of ["/hls.js/", "/src/stream/"]) {
      const held = holding(player, bundle);
      const early = loaded("audience", bundle).filter((file) => held.includes(file));
      if (!held.length || early.length) this.error(`${player} must be fetched later: it is in ${early.join() || "nothing"}`);
    }
  },
};

export default defineConfig({
  appType: "mpa",
  plugins: [budget],
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
      input: { audience: "audience.html", host: "host.html", staff: "staff.html", wall: "wall.html" },
    },
  },
  server: {
    proxy: {
      "/api": server,
      "/socket.io": { target: server, ws: true },
    },
  },
});
