import { expect, test } from "vitest";

import type { ConnectionStatus } from "../api/schema";
import { DISPLAY_STATES, displayState, HISTORY_STATES, historyState } from "./display-state";

const error = { code: "ECONNREFUSED", message: "refused", stage: "tcp" } as const;

test.each<[Pick<ConnectionStatus, "state" | "error">, string]>([
  [{ state: "online" }, "online"],
  [{ state: "idle" }, "idle"],
  [{ state: "idle", error }, "idle"],
  [{ state: "connecting" }, "connecting"],
  [{ state: "connecting", error }, "down"],
  [{ state: "waiting", error }, "down"],
  [{ state: "waiting" }, "down"],
])("%o is displayed as %s, now and in the history", (status, state) => {
  const connection = { id: "a", name: "A", url: "mqtt://a" };
  const connected = status.state === "online";
  expect(displayState({ ...connection, status: { ...status, connected, timestamp: 0 } })).toBe(state);
  expect(historyState({ ...status, timestamp: 0 })).toBe(state);
});

test("a connection without a status is unreadable, and a gap in the history is unobserved", () => {
  expect(displayState({ id: "a", name: "A", url: "?" })).toBe("unreadable");
  expect(historyState({ state: "unobserved", timestamp: 0 })).toBe("unobserved");
});

test("one order holds for the fleet and for histories", () => {
  expect(HISTORY_STATES.filter((state) => state !== "unobserved")).toEqual(DISPLAY_STATES);
});
