import { expect, test } from "vitest";

import type { TestStage } from "./connection-test";
import { applyStageEvent } from "./connection-test";

test("a stage that repeats stays where it was", () => {
  let stages: readonly TestStage[] = [];
  stages = applyStageEvent(stages, { state: "started", stage: "tls" });
  stages = applyStageEvent(stages, { state: "ended", stage: "tls", ok: true, elapsedMs: 4, detail: "TLSv1.3" });
  stages = applyStageEvent(stages, { state: "started", stage: "mqtt" });
  stages = applyStageEvent(stages, { state: "ended", stage: "tls", ok: false, elapsedMs: 9 });
  expect(stages).toEqual([
    { stage: "tls", state: "failed", elapsedMs: 9 },
    { stage: "mqtt", state: "running" },
  ]);
});
