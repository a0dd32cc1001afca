import { expect, test } from "vitest";

import { groups } from "./fingerprint";

test("four bytes stand together, and none is lost", () => {
  expect(groups("01:02:03:04:05:06:07:08:09")).toEqual(["01:02:03:04", "05:06:07:08", "09"]);
  const whole = Array.from({ length: 32 }, (_, byte) => byte.toString(16).padStart(2, "0")).join(":");
  expect(groups(whole)).toHaveLength(8);
  expect(groups(whole).join(":")).toBe(whole);
});
