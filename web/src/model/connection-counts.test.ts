import { expect, test } from "vitest";

import { countStates, countValues } from "./connection-counts";
import { CONNECTIONS } from "./test-connections";

test("values are counted, the most frequent first", () => {
  expect(countValues(CONNECTIONS, ({ status }) => status?.error?.code)).toEqual([
    ["ECONNREFUSED", 2],
    ["ENOTFOUND", 1],
  ]);
});

test("a connection without a status counts as unreadable", () => {
  const counts = countStates([...CONNECTIONS, { id: "x", name: "X", url: "?" }]);
  expect(counts).toEqual({ down: 3, unreadable: 1, connecting: 0, online: 2, idle: 0 });
});
