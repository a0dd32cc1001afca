import { expect, test } from "vitest";

import type { Connection } from "../api/schema";
import type { SortKey } from "./connection-sort";
import { sortByName, sortConnections } from "./connection-sort";
import { CONNECTIONS, ids, online } from "./test-connections";

const byId = (connections: readonly Connection[]) => new Map(connections.map((each) => [each.id, each]));
const sorted = (connections: readonly Connection[]) => ids(sortByName(byId(connections)));

test("failures come first, and numbers in names are compared as numbers", () => {
  const byName = sortByName(byId(CONNECTIONS));
  const by = (column: SortKey, descending = false) => ids(sortConnections(byName, { column, descending }));
  expect(by("state")).toBe("b c d a9 a10");
  expect(by("name", true)).toBe("d c b a10 a9");
  expect(by("since")).toBe("a9 a10 b d c");
  // Those without a failure or a version are last in both directions.
  expect(by("reason")).toBe("b d c a9 a10");
  expect(by("reason", true)).toBe("c b d a9 a10");
  expect(by("version")).toBe("a9 a10 b c d");
  expect(by("version", true)).toBe("a9 a10 b c d");
});

test("the order by name follows renames, additions and removals", () => {
  expect(sorted(CONNECTIONS)).toBe("a9 a10 b c d");
  expect(sorted(CONNECTIONS.map((each) => (each.id === "d" ? { ...each, name: "Anvil" } : each)))).toBe("d a9 a10 b c");
  expect(sorted([...CONNECTIONS.slice(1), online("a1")])).toBe("a1 a9 b c d");
  expect(sorted([])).toBe("");
});

test("the order by name holds the latest version of each connection", () => {
  expect(sorted(CONNECTIONS)).toBe("a9 a10 b c d");
  const latest = byId(CONNECTIONS.map((each) => ({ ...each, url: "mqtt://new.example" })));
  expect(sortByName(latest).map((each) => each === latest.get(each.id))).not.toContain(false);
});
