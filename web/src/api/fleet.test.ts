import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";

import type { Fleet } from "./fleet";
import { applyEvent, refreshFleet, updateFleet } from "./fleet";
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

const shown = (queries: QueryClient) => [...(queries.getQueryData<Fleet>(["fleet"])?.byId.keys() ?? [])];

test("events that arrive while the fleet is requested win over the response", async () => {
  const queries = new QueryClient();
  updateFleet(queries, event({ complete: true, changed: [named("a", "A"), named("b", "B")] }));
  const request = async () => {
    const response = [named("a", "A"), named("b", "Old"), named("c", "C")];
    updateFleet(queries, event({ changed: [named("b", "New"), named("created", "Created")], removed: ["a"] }));
    return Promise.resolve(response);
  };
  await refreshFleet(queries, request, () => false);
  expect(shown(queries)).toEqual(["b", "c", "created"]);
  expect(queries.getQueryData<Fleet>(["fleet"])?.byId.get("b")?.name).toBe("New");
  // What arrived during an earlier request is none of this one's business.
  await refreshFleet(
    queries,
    async () => Promise.resolve([named("a", "A")]),
    () => false,
  );
  expect(shown(queries)).toEqual(["a"]);
});

test("a response that arrives after the session has ended is dropped", async () => {
  const queries = new QueryClient();
  updateFleet(queries, event({ complete: true, changed: [named("a", "A")] }));
  await refreshFleet(
    queries,
    async () => Promise.resolve([named("b", "B")]),
    () => true,
  );
  expect(shown(queries)).toEqual(["a"]);
});
