import { expect, test } from "vitest";

import { applyEvent } from "./fleet";
import type { Connection, ConnectionsEvent } from "./schema";

const named = (id: string, name: string): Connection => ({ id, name, url: "mqtt://a" });
const event = (change: Partial<ConnectionsEvent>): ConnectionsEvent => ({
  complete: false,
  changed: [],
  removed: [],
  ...change,
});

test("events add, replace and remove connections; a complete one replaces all", () => {
  let fleet = applyEvent({ byId: new Map(), isComplete: false }, event({ changed: [named("a", "A")] }));
  expect(fleet.isComplete).toBe(false);
  fleet = applyEvent(fleet, event({ complete: true, changed: [named("b", "B"), named("c", "C")] }));
  expect([...fleet.byId.keys()]).toEqual(["b", "c"]);
  fleet = applyEvent(fleet, event({ changed: [named("c", "New")], removed: ["b"] }));
  expect([...fleet.byId.values()].map(({ name }) => name)).toEqual(["New"]);
  expect(fleet.isComplete).toBe(true);
});
