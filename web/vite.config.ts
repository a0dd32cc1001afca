import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { firstLoad } from "./build/first-load.ts";
import { licences } from "./build/licences.ts";
import { outline } from "./build/outline.ts";
import { precompress } from "./build/precompress.ts";
import { roleActions } from "./build/role-actions.ts";

/** The haltere that `npm run dev` uses. */
const server = process.env["HALTERE"] ?? "http://127.0.0.1:8088";

export default defineConfig({
  plugins: [react(), roleActions(), outline(), firstLoad(), licences(), precompress()],
  build: {
    outDir: "dist",
    target: "es2022",
    // Vite would inline small images as data: URLs, which browsers can't cache.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // build/first-load.ts has the limit.
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: {
      output: {
        // Every visit loads two files, one of which changes only with a library. By default Vite would create
        // some fifty, one per set of pages that share code.
        codeSplitting: {
          groups: [
            { name: "libraries", test: /node_modules/, tags: ["$initial"] },
            { name: "console", tags: ["$initial"] },
          ],
        },
      },
    },
  },
  experimental: {
    // The console may be served below any path: scripts and styles refer to each other relatively, and the page
    // gets the path from the server.
    renderBuiltUrl(file, { hostType }) {
      return hostType === "html" ? `__HALTERE_BASE__/${file}` : { relative: true };
    },
  },
  server: {
    proxy: Object.fromEntries(
      // Keep the browser's Host header: haltere refuses changes from another origin.
      ["/api", "/auth", "/logout", "/validate-session"].map((path) => [path, { target: server, changeOrigin: false }]),
    ),
  },
  test: {
    environment: "happy-dom",
    include: ["{src,build}/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    css: false,
    // No test is slow; but a busy machine may not get to one for seconds.
    testTimeout: 60_000,
    // No file leaves anything behind for the next, and a new environment for each takes ten times as long as the tests.
    pool: "threads",
    isolate: false,
  },
});
