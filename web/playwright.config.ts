import { availableParallelism } from "node:os";

import { defineConfig } from "@playwright/test";

/** Tests of the console in a browser, with the real haltere and real brokers; `npm run e2e`. */
export default defineConfig({
  testDir: "e2e",
  fullyParallel: true,
  // One more than there are cores, because tests also wait.
  workers: availableParallelism() + 1,
  // No retries: a flaky test is a bug.
  retries: 0,
  forbidOnly: process.env["CI"] !== undefined,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    // No animations: what a test sees is final.
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    launchOptions: {
      // The system's browser: none is downloaded. The one without windows needs a quarter less time.
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium-headless-shell",
      chromiumSandbox: process.getuid?.() !== 0,
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
