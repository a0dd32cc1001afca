import { expect, test } from "vitest";

import { groupFingerprint } from "./fingerprint";

test("bytes are grouped by four, and none is lost", () => {
  expect(groupFingerprint("01:02:03:04:05:06:07:08:09")).toEqual(["01:02:03:04", "05:06:07:08", "09"]);
  const fingerprint = Array.from({ length: 32 }, (_, byte) => byte.toString(16).padStart(2, "0")).join(":");
  expect(groupFingerprint(fingerprint)).toHaveLength(8);
  expect(groupFingerprint(fingerprint).join(":")).toBe(fingerprint);
});
