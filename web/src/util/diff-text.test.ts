import { expect, test } from "vitest";

import { diffText } from "./diff-text";

const parts = (before: string, after: string) => Object.values(diffText(before, after)).join("|");

test("what differs is between what is alike", () => {
  expect(parts("mqtt://a:1883", "mqtts://a:8883")).toBe("mqtt|://a:1|s://a:8|883");
  expect(parts("true", "false")).toBe("|tru|fals|e");
  expect(parts("a", "a")).toBe("a|||");
  expect(parts("", "a")).toBe("||a|");
  expect(parts("aa", "aaa")).toBe("aa||a|");
  expect(parts("abc", "")).toBe("|abc||");
});

test("a character is not cut in two", () => {
  expect(parts("👍🏿x", "👍x")).toBe("👍|🏿||x");
  expect(parts("😀", "😁")).toBe("|😀|😁|");
});
