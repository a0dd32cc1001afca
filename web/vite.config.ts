import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { firstLoad } from "./build/first-load.ts";
import { licences } from "./build/licences.ts";
import { precompress } from "./build/precompress.ts";

/** Where `npm run dev` finds a running haltere. */
const server = process.env["HALTERE"] ?? "http://127.0.0.1:8088";

export default defineConfig({
  plugins: [react(), firstLoad(), licences(), precompress()],
  build: {
    outDir: "dist",
    target: "es2022",
    // Below this size Vite would inline pictures as data: URLs; the policy allows it, caching does not.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // How much is too much, build/first-load.ts says.
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: {
      output: {
        // What every visit needs comes in two files, one of which stays as it is until a library changes.
        // Left alone, it would be cut into some fifty, one for each set of pages that share a piece.
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
    // The console may live below any path: scripts and styles find each other relatively, and the
    // page, which has to know, is told by the server.
    renderBuiltUrl(file, { hostType }) {
      return hostType === "html" ? `__HALTERE_BASE__/${file}` : { relative: true };
    },
  },
  server: {
    proxy: Object.fromEntries(
      // The host stays the one the browser asked: haltere refuses changes that come from another origin.
      ["/api", "/auth", "/logout", "/validate-session"].map((path) => [path, { target: server, changeOrigin: false }]),
    ),
  },
  test: {
    environment: "happy-dom",
    include: ["{src,build}/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    css: false,
  },
});
