import { expect, test } from "vitest";

import { Store } from "./store";

test("listeners hear every change until they unsubscribe", () => {
  const store = new Store(1);
  const heard: number[] = [];
  const unsubscribe = store.subscribe(() => heard.push(store.get()));
  store.set(2);
  expect(store.isObserved).toBe(true);
  unsubscribe();
  store.set(3);
  expect(heard).toEqual([2]);
  expect(store.get()).toBe(3);
  expect(store.isObserved).toBe(false);
});
