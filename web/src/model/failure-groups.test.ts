import { expect, test } from "vitest";

import { groupFailures } from "./failure-groups";
import { CONNECTIONS, failing, ids } from "./test-connections";

test("failures are grouped by code, the most frequent first, each with its longest failing connection first", () => {
  const groups = groupFailures(CONNECTIONS);
  expect(groups.map(({ code, since, connections }) => [code, since, ids(connections)])).toEqual([
    ["ECONNREFUSED", 2, "d b"],
    ["ENOTFOUND", 1, "c"],
  ]);
  expect(groups[0]?.message).toBe("ECONNREFUSED since 2");
  expect(groups[0]?.isSinceKnown).toBe(true);
});

test("a group says when its first failure may have begun earlier", () => {
  const connection = failing("e", "ETIMEDOUT", 1);
  if (connection.status) connection.status.sinceKnown = false;
  expect(groupFailures([connection])[0]?.isSinceKnown).toBe(false);
});
