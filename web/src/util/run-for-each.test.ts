import { expect, test } from "vitest";

import { runForEach } from "./run-for-each";

test("every item is run once, a few at a time, and an error stops none of the others", async () => {
  let running = 0;
  let most = 0;
  const seen: number[] = [];
  const progress: number[] = [];
  const items = Array.from({ length: 20 }, (_, item) => item);
  const failed = await runForEach(
    items,
    async (item) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      seen.push(item);
      if (item % 7 === 3) throw new Error(`no ${item}`);
    },
    (done) => progress.push(done),
  );
  expect(seen.toSorted((a, b) => a - b)).toEqual(items);
  expect(most).toBe(6);
  expect(progress.at(-1)).toBe(20);
  expect(failed.map(({ item, error }) => `${item} ${error.message}`)).toEqual(["3 no 3", "10 no 10", "17 no 17"]);
});
