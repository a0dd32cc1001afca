import { expect, test } from "vitest";

import { strongETag } from "./connections";

test("an ETag is restored to the server's own after a compressing proxy changed it", () => {
  for (const tag of ['"1f0a"', 'W/"1f0a"', '"1f0a-gzip"', '"1f0a-br"']) expect(strongETag(tag)).toBe('"1f0a"');
  expect(strongETag(null)).toBeUndefined();
});
