import { expect, test, vi } from "vitest";

import { gather } from "./events";
import { after } from "./fleet";
import type { Connection, ConnectionsEvent } from "./schema";

const named = (id: string, name: string): Connection => ({ id, name, url: "mqtt://a" });
const event = (change: Partial<ConnectionsEvent>): ConnectionsEvent => ({
  complete: false,
  changed: [],
  removed: [],
  ...change,
});

test("events add, replace and remove; a complete one is all there is", () => {
  let fleet = after({ byId: new Map(), isComplete: false }, event({ changed: [named("a", "A")] }));
  expect(fleet.isComplete).toBe(false);
  fleet = after(fleet, event({ complete: true, changed: [named("b", "B"), named("c", "C")] }));
  expect([...fleet.byId.keys()]).toEqual(["b", "c"]);
  fleet = after(fleet, event({ changed: [named("c", "New")], removed: ["b"] }));
  expect([...fleet.byId.values()].map(({ name }) => name)).toEqual(["New"]);
  expect(fleet.isComplete).toBe(true);
});

test("what comes at once is delivered once, the last word of each", () => {
  vi.useFakeTimers();
  const deliver = vi.fn();
  const { add } = gather(deliver);
  add(event({ changed: [named("a", "A"), named("b", "B")] }));
  add(event({ changed: [named("a", "AA")], removed: ["b"] }));
  add(event({ changed: [named("c", "C")] }));
  expect(deliver).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(deliver).toHaveBeenCalledExactlyOnceWith({
    complete: false,
    changed: [named("a", "AA"), named("c", "C")],
    removed: ["b"],
  });
  vi.useRealTimers();
});

test("all there is does not wait, and what came before it is forgotten", () => {
  vi.useFakeTimers();
  const deliver = vi.fn();
  const { add } = gather(deliver);
  add(event({ changed: [named("a", "A")] }));
  add(event({ complete: true, changed: [named("b", "B")] }));
  expect(deliver).toHaveBeenCalledExactlyOnceWith(event({ complete: true, changed: [named("b", "B")] }));
  vi.runAllTimers();
  expect(deliver).toHaveBeenCalledOnce();
  vi.useRealTimers();
});

test("a few changes are shown at once; when they don't cease, once a second", () => {
  vi.useFakeTimers();
  const deliver = vi.fn();
  const { add } = gather(deliver);
  const deliveries = (seconds: number) => {
    deliver.mockClear();
    for (let passed = 0; passed < seconds * 1_000; passed += 20) {
      add(event({ changed: [named("a", String(passed))] }));
      vi.advanceTimersByTime(20);
    }
    return deliver.mock.calls.length;
  };
  expect(deliveries(0.5)).toBe(5);
  deliveries(10);
  const busy = deliveries(20);
  expect(busy).toBeGreaterThanOrEqual(19);
  expect(busy).toBeLessThanOrEqual(21);
  // The last word is not lost, and after a calm it is quick again.
  vi.runAllTimers();
  expect(deliver).toHaveBeenLastCalledWith(event({ changed: [named("a", "19980")] }));
  vi.advanceTimersByTime(10_000);
  expect(deliveries(0.5)).toBe(5);
  vi.useRealTimers();
});
