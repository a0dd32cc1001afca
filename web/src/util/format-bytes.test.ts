import { expect, test } from "vitest";

import { formatBytes } from "./format-bytes";

test("sizes have the largest fitting unit and the language's number format", () => {
  expect([0, 1023, 1024, 1536, 32 * 1024 * 1024, 2 ** 31].map((size) => formatBytes(size, "de"))).toEqual([
    "0 B",
    "1.023 B",
    "1 KiB",
    "1,5 KiB",
    "32 MiB",
    "2.048 MiB",
  ]);
});
