import { expect, test } from "vitest";

import { hexDump } from "./hex-dump";

test("bytes are lines of sixteen", () => {
  const bytes = new TextEncoder().encode("<b>\u0000ä0123456789abcdef");
  expect(hexDump(bytes)).toEqual([
    {
      offset: "00000000",
      hex: "3c 62 3e 00 c3 a4 30 31  32 33 34 35 36 37 38 39",
      text: "<b>...0123456789",
    },
    { offset: "00000010", hex: "61 62 63 64 65 66", text: "abcdef" },
  ]);
  expect(hexDump(new Uint8Array())).toEqual([]);
});
