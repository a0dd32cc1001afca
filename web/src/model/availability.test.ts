import { expect, test } from "vitest";

import { availability, availabilityBetween } from "./availability";
import type { Segment } from "./timeline";

const SEGMENTS: Segment[] = [
  { state: "connecting", from: 0, to: 10 },
  { state: "online", from: 10, to: 100 },
  { state: "down", code: "ECONNREFUSED", from: 100, to: 150 },
  { state: "unobserved", from: 150, to: 250 },
  { state: "online", from: 250, to: 300 },
  { state: "idle", from: 300, to: 400 },
];

test("each part of the time has its share, and none where nothing counts", () => {
  expect(availability(SEGMENTS, 0, 400, 4)).toEqual([
    { from: 0, to: 100, share: 0.9 },
    { from: 100, to: 200, share: 0 },
    { from: 200, to: 300, share: 1 },
    { from: 300, to: 400, share: null },
  ]);
});

test("what is before the history, disconnected on purpose or not observed does not count", () => {
  expect(availabilityBetween(SEGMENTS, -1_000, 400)).toBeCloseTo(140 / 200);
  expect(availabilityBetween(SEGMENTS, 300, 400)).toBeNull();
  expect(availabilityBetween([], 0, 1)).toBeNull();
});
