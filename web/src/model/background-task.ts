import type { BackgroundTask } from "../api/schema";

/** The result of a task, for display. */
export type TaskResult = "running" | "restarting" | "failed" | "ok" | "notYet";

/** A run this long may hang, in milliseconds. */
const LONG = 10_000;

/** The last result of a task, or what it is doing instead of waiting. */
export function taskResult(task: BackgroundTask, now: number): TaskResult {
  const { state, lastRun, runningSince } = task;
  if (state === "restarting") return "restarting";
  // Most runs take milliseconds and are over by the time they are displayed.
  if (runningSince !== undefined && now - Date.parse(runningSince) >= LONG) return "running";
  if (!lastRun) return "notYet";
  return lastRun.error === undefined ? "ok" : "failed";
}

/** Tasks in trouble first, otherwise by name. */
export function sortTasks(tasks: readonly BackgroundTask[], now: number): BackgroundTask[] {
  const isWell = (task: BackgroundTask) => ["ok", "notYet"].includes(taskResult(task, now));
  return tasks.toSorted(
    (a, b) => Number(isWell(a)) - Number(isWell(b)) || (a.name < b.name ? -1 : Number(a.name > b.name)),
  );
}
