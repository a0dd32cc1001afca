import { expect, test } from "vitest";

import { visibleText } from "./visible-text";

test("an invisible character becomes its code", () => {
  expect(visibleText("a\u202eb\u0000c\u001b[31m\u200b\ufeff\r\u00ad\u{e0041}")).toBe(
    "a\\u202eb\\u0000c\\u001b[31m\\u200b\\ufeff\\u000d\\u00ad\\u{e0041}",
  );
});

test("all other text stays as it is", () => {
  for (const text of ["", "a\tb\nc", "مرحبا", "👩🏿", "<b>&amp;", "\\u0041"]) expect(visibleText(text)).toBe(text);
  expect(visibleText("a\r\nb")).toBe("a\nb");
});
