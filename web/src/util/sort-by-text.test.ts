import { expect, test } from "vitest";

import { collator } from "./collator";
import { sortByText } from "./sort-by-text";

const TEXTS = ["", "Press", "press", "Press ", "Press line ", "Öfen-", "Ofen", "a.", "A_", "É", "(", " ", "zürich/"];
const NUMBERS = ["", "0", "7", "07", "10", "99", "123456789012345678901", "123456789012345678902"];
const HALVES = TEXTS.flatMap((text) => NUMBERS.map((number) => text + number));
const NAMES = HALVES.flatMap((first, index) => [first, first + HALVES[(index * 37) % HALVES.length]]);

test("the order is the collator's", () => {
  const names = NAMES.map((name, index) => ({ name, shuffled: (index * 7919) % 1009 })).toSorted(
    (a, b) => a.shuffled - b.shuffled,
  );
  expect(sortByText(names, ({ name }) => name)).toEqual(names.toSorted((a, b) => collator.compare(a.name, b.name)));
});
