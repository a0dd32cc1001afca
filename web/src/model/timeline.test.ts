import { expect, test } from "vitest";

import type { StatusChange } from "../api/schema";
import { formatShare, stateShares, toColumnRuns, toSegments } from "./timeline";

const failed = (code: string): Pick<StatusChange, "state" | "error"> => ({
  state: "waiting",
  error: { code, message: code, stage: "tcp" },
});
/** Newest first, as the server returns them. */
const changes: StatusChange[] = [
  { timestamp: 900, state: "online" },
  { timestamp: 890, ...failed("ECONNREFUSED") },
  { timestamp: 200, state: "online" },
  { timestamp: 100, state: "connecting" },
];

test("a state lasts until the next change, the last one until now", () => {
  expect(toSegments(changes, 1_100)).toEqual([
    { state: "connecting", from: 100, to: 200 },
    { state: "online", from: 200, to: 890 },
    { state: "down", code: "ECONNREFUSED", from: 890, to: 900 },
    { state: "online", from: 900, to: 1_100 },
  ]);
  // With a clock behind the server's no segment ends before it starts.
  expect(toSegments(changes, 0).at(-1)).toEqual({ state: "online", from: 900, to: 900 });
  expect(toSegments([], 0)).toEqual([]);
});

test("the time while haltere was not running is unobserved", () => {
  const restarted: StatusChange[] = [
    { timestamp: 500, state: "online", sinceKnown: false },
    { timestamp: 400, state: "unobserved" },
    ...changes.slice(2),
  ];
  expect(toSegments(restarted, 600).slice(-2)).toEqual([
    { state: "unobserved", from: 400, to: 500 },
    { state: "online", from: 500, to: 600 },
  ]);
  const slow = restarted.map((change) => ({ ...change, timestamp: change.timestamp * 1_000 }));
  expect(stateShares(toSegments(slow, 600_000))).toEqual([
    { state: "connecting", share: 0.2 },
    { state: "unobserved", share: 0.2 },
    { state: "online", share: 0.6 },
  ]);
});

test("a short failure stays visible", () => {
  const drawn = toColumnRuns(toSegments(changes, 1_100), 10);
  expect(drawn.map(({ start, end, segment }) => [start, end, segment.state])).toEqual([
    [0, 1, "connecting"],
    [1, 7, "online"],
    [7, 8, "down"],
    [8, 10, "online"],
  ]);
});

test("all columns are filled, whatever the width", () => {
  for (const columns of [1, 2, 7, 113]) {
    const drawn = toColumnRuns(toSegments(changes, 1_101), columns);
    expect(drawn[0]?.start).toBe(0);
    expect(drawn.at(-1)?.end).toBe(columns);
    expect(drawn.slice(1).map(({ start }) => start)).toEqual(drawn.slice(0, -1).map(({ end }) => end));
  }
  expect(toColumnRuns(toSegments(changes, 1_100), 1).map(({ segment }) => segment.state)).toEqual(["down"]);
});

test("the most urgent state comes first in the shares of time", () => {
  const slow = changes.map((change) => ({ ...change, timestamp: change.timestamp * 1_000 }));
  expect(stateShares(toSegments(slow, 1_100_000))).toEqual([
    { state: "down", share: 0.01 },
    { state: "connecting", share: 0.1 },
    { state: "online", share: 0.89 },
  ]);
  expect(stateShares([])).toEqual([]);
});

test("a link that has just been created has no shares yet", () => {
  const created = [{ timestamp: 0, state: "connecting" as const }];
  expect(stateShares(toSegments(created, 59_999))).toEqual([]);
  expect(stateShares(toSegments(created, 60_000))).toEqual([{ state: "connecting", share: 1 }]);
});

test("a failure of seconds in a month is not rounded away", () => {
  expect([1, 0.99999, 0.5, 0.0123, 0.00001, 0].map((share) => formatShare(share, "en"))).toEqual([
    "100%",
    "> 99.9%",
    "50%",
    "1.2%",
    "< 0.1%",
    "0%",
  ]);
});
