import { defineConfig } from "@playwright/test";

import tests from "../../playwright.config";

/** Screenshots for the documentation; `make screenshots`. */
export default defineConfig(tests, {
  testDir: ".",
  testMatch: "*.shots.ts",
  // Apart from the test results, which every test run clears.
  outputDir: "../../../target/screenshots-failed",
  // One demo fleet for all.
  workers: 1,
  use: { ...tests.use, actionTimeout: 20_000 },
});
