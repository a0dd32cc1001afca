import { expect, test } from "vitest";

import { ago, span } from "./time";

test("how long ago, in the language spoken", () => {
  expect(ago(0, 3 * 60_000 + 59_000, "en")).toBe("3 min. ago");
  expect(ago(0, 2 * 86_400_000, "de")).toBe("vorgestern");
  expect(ago(10_000, 0, "en")).toBe("now");
});

test("as short as can be", () => {
  expect([0, 59_999, 60_000, 7_200_000, 90 * 86_400_000, -5].map(span)).toEqual(["0s", "59s", "1m", "2h", "90d", "0s"]);
});
