import { expect, test } from "vitest";

import type { BackgroundTask } from "../api/schema";
import { sortTasks, taskResult } from "./background-task";

const START = Date.parse("2026-11-23T06:00:00Z");
const task = (name: string, other: Partial<BackgroundTask> = {}): BackgroundTask => ({
  name,
  state: "waiting",
  runs: 1,
  failures: 0,
  recentPanics: 0,
  lastRun: { startedAt: "2026-11-23T05:59:00Z", durationMs: 1 },
  ...other,
});
const failed = { lastRun: { startedAt: "2026-11-23T05:59:00Z", durationMs: 1, error: "no luck" } };
const running = { state: "running", runningSince: "2026-11-23T06:00:00Z" };

test("the result is that of the last run", () => {
  expect(taskResult(task("a"), START)).toBe("ok");
  expect(taskResult(task("a", failed), START)).toBe("failed");
  expect(taskResult({ name: "a", state: "waiting", runs: 0, failures: 0, recentPanics: 0 }, START)).toBe("notYet");
});

test("a run in progress is shown only when it takes long", () => {
  expect(taskResult(task("a", { ...failed, ...running }), START + 9_999)).toBe("failed");
  expect(taskResult(task("a", { ...failed, ...running }), START + 10_000)).toBe("running");
});

test("a pause after a panic goes before everything else", () => {
  expect(taskResult(task("a", { ...failed, state: "restarting" }), START)).toBe("restarting");
});

test("tasks in trouble come first", () => {
  const tasks = [task("c"), task("d", failed), task("a"), task("b", { state: "restarting" })];
  expect(sortTasks(tasks, START).map(({ name }) => name)).toEqual(["b", "d", "a", "c"]);
});
