import { expect, test } from "vitest";

import type { StatusChange } from "../api/schema";
import { onlineUntil } from "./history";

const change = (state: StatusChange["state"], timestamp: number): StatusChange => ({ state, timestamp });

test("a link was up until the first change after it", () => {
  const changes = [change("waiting", 40), change("connecting", 30), change("online", 20), change("connecting", 10)];
  expect(onlineUntil(changes)).toBe(30);
});

test("of several times the latest counts", () => {
  const changes = [change("waiting", 4), change("online", 3), change("waiting", 2), change("online", 1)];
  expect(onlineUntil(changes)).toBe(4);
});

test("a link that is up, or never was, has no such time", () => {
  expect(onlineUntil([change("online", 2), change("connecting", 1)])).toBeUndefined();
  expect(onlineUntil([change("waiting", 2), change("connecting", 1)])).toBeUndefined();
  expect(onlineUntil([])).toBeUndefined();
});
