import { expect, test } from "vitest";

import { Store } from "./store";

test("listeners receive every change until they unsubscribe", () => {
  const store = new Store(1);
  const received: number[] = [];
  const unsubscribe = store.subscribe(() => received.push(store.get()));
  store.set(2);
  expect(store.isObserved).toBe(true);
  unsubscribe();
  store.set(3);
  expect(received).toEqual([2]);
  expect(store.get()).toBe(3);
  expect(store.isObserved).toBe(false);
});
