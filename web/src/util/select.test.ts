import { expect, test } from "vitest";

import type { Connection } from "../api/schema";
import { count, inNameOrder, select, sort, tally, troubles } from "./select";

const failing = (id: string, code: string, timestamp: number): Connection => ({
  id,
  name: `Press ${id}`,
  url: `mqtt://${id}.example:1883`,
  status: {
    connected: false,
    timestamp,
    state: "waiting",
    error: { code, message: `${code} since ${timestamp}`, stage: "tcp" },
  },
});
const well = (id: string): Connection => ({
  id,
  name: `Oven ${id}`,
  url: `mqtt://${id}.example:1883`,
  status: { connected: true, timestamp: 5, state: "online" },
  broker: { version: "mosquitto version 2.0.11", protocolVersion: "5" },
});
const FLEET = [
  well("a10"),
  failing("b", "ECONNREFUSED", 3),
  well("a9"),
  failing("c", "ENOTFOUND", 1),
  failing("d", "ECONNREFUSED", 2),
];
const ids = (connections: readonly Connection[]) => connections.map(({ id }) => id).join(" ");

const fleet = (connections: readonly Connection[]) => new Map(connections.map((each) => [each.id, each]));

test("words may stand anywhere and all have to", () => {
  expect(ids(select(FLEET, { q: "press enotfound" }))).toBe("c");
  expect(ids(select(FLEET, { q: "2.0.11 A9" }))).toBe("a9");
  expect(ids(select(FLEET, { q: "  " }))).toBe(ids(FLEET));
  expect(ids(select(FLEET, { state: "down", code: "ECONNREFUSED" }))).toBe("b d");
  expect(ids(select(FLEET, { version: "mosquitto version 2.0.11" }))).toBe("a10 a9");
});

test("what is wrong comes first, and numbers count as numbers", () => {
  const named = inNameOrder(fleet(FLEET));
  expect(ids(sort(named, "state", false))).toBe("b c d a9 a10");
  expect(ids(sort(named, "name", true))).toBe("d c b a10 a9");
  expect(ids(sort(named, "since", false))).toBe("a9 a10 b d c");
});

const byName = (connections: readonly Connection[]) => ids(inNameOrder(fleet(connections)));

test("the order of names follows what is renamed, added and removed", () => {
  expect(byName(FLEET)).toBe("a9 a10 b c d");
  expect(byName(FLEET.map((each) => (each.id === "d" ? { ...each, name: "Anvil" } : each)))).toBe("d a9 a10 b c");
  expect(byName([...FLEET.slice(1), well("a1")])).toBe("a1 a9 b c d");
  expect(byName([])).toBe("");
  const latest = fleet(FLEET.map((each) => ({ ...each, url: "mqtt://new.example" })));
  expect(byName(FLEET)).toBe("a9 a10 b c d");
  expect(inNameOrder(latest).map((each) => each === latest.get(each.id))).not.toContain(false);
});

test("what there is to choose from, the most frequent first", () => {
  expect(tally(FLEET, ({ status }) => status?.error?.code)).toEqual([
    ["ECONNREFUSED", 2],
    ["ENOTFOUND", 1],
  ]);
});

test("a connection that can't be read counts, and has no status", () => {
  const counts = count([...FLEET, { id: "x", name: "X", url: "?" }]);
  expect(counts).toEqual({ down: 3, unreadable: 1, connecting: 0, online: 2, idle: 0 });
});

test("troubles are told by cause, the most frequent first, the longest failing speaks", () => {
  expect(troubles(FLEET).map(({ code, since, connections }) => [code, since, ids(connections)])).toEqual([
    ["ECONNREFUSED", 2, "d b"],
    ["ENOTFOUND", 1, "c"],
  ]);
  expect(troubles(FLEET)[0]?.message).toBe("ECONNREFUSED since 2");
  expect(troubles(FLEET)[0]?.isSinceKnown).toBe(true);
  const found = failing("e", "ETIMEDOUT", 1);
  if (found.status) found.status.sinceKnown = false;
  expect(troubles([found])[0]?.isSinceKnown).toBe(false);
});
