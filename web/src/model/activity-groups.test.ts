import { expect, test } from "vitest";

import type { ActivityEntry } from "../api/schema";
import { groupActivity } from "./activity-groups";

const status = (connection: string, timestamp: number, code?: string): ActivityEntry => ({
  type: "status",
  timestamp,
  connection,
  name: connection,
  state: code ? "waiting" : "online",
  ...(code && { error: { code, message: code, stage: "tcp" } }),
});
const audit: ActivityEntry = {
  type: "audit",
  timestamp: 0,
  user: "ada",
  action: "connection.update",
  object: "a",
  outcome: "success",
};

/** Each group as the ids of its connections, or the action. */
const texts = (entries: readonly ActivityEntry[]) =>
  groupActivity(entries).map((group) =>
    group.type === "audit" ? group.entry.action : group.entries.map(({ connection }) => connection).join(" "),
  );

test("adjacent changes to the same state for the same reason within a minute are a group", () => {
  const now = 1_000_000;
  expect(
    texts([
      status("a", now, "ECONNREFUSED"),
      status("b", now - 1_000, "ECONNREFUSED"),
      status("c", now - 60_000, "ECONNREFUSED"),
      status("d", now - 60_001, "ECONNREFUSED"),
      status("e", now - 60_002, "ETIMEDOUT"),
      status("f", now - 60_003),
      status("g", now - 60_004),
      audit,
      status("h", now - 60_005),
    ]),
  ).toEqual(["a b c", "d", "e", "f g", "connection.update", "h"]);
  expect(groupActivity([])).toEqual([]);
});
