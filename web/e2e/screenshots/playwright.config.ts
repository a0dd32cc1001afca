import { defineConfig } from "@playwright/test";

import tests from "../../playwright.config";

/** Pictures of the console for its documentation; `make screenshots`. */
export default defineConfig(tests, {
  testDir: ".",
  testMatch: "*.shots.ts",
  // Not where the tests' own runs tidy up.
  outputDir: "../../../target/screenshots-failed",
  // One works for all of them.
  workers: 1,
  use: { ...tests.use, actionTimeout: 20_000 },
});
