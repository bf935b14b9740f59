import { defineConfig, loadEnv } from "vite";

// Where `vite dev` finds a running server; the built pages are served by that server itself.
const server = loadEnv("", ".", "SHOWFLOOR_")["SHOWFLOOR_DEV_SERVER"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  appType: "mpa",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // Phones and the browsers inside messengers lag behind by years.
    target: ["chrome100", "safari15.4"],
    // The pages' content security policy forbids inline scripts, and data: only for pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { audience: "audience.html", host: "host.html", wall: "wall.html" },
    },
  },
  server: {
    proxy: {
      "/api": server,
      "/socket.io": { target: server, ws: true },
    },
  },
});
