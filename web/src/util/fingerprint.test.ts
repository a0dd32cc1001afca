import { expect, test } from "vitest";

import { groupFingerprint } from "./fingerprint";

test("bytes are grouped by four, and none is lost", () => {
  expect(groupFingerprint("01:02:03:04:05:06:07:08:09")).toEqual(["01:02:03:04", "05:06:07:08", "09"]);
  const whole = Array.from({ length: 32 }, (_, byte) => byte.toString(16).padStart(2, "0")).join(":");
  expect(groupFingerprint(whole)).toHaveLength(8);
  expect(groupFingerprint(whole).join(":")).toBe(whole);
});
