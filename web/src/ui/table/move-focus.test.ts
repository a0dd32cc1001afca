import { expect, test } from "vitest";

import { moveFocus } from "./move-focus";

const SIZE = { rows: 100, columns: 4, page: 10 };

/** Where a key leads from a cell, as `row column`; keys after `^` are pressed with Ctrl. */
function moved(row: number, column: number, key: string, size = SIZE): string | undefined {
  const withCtrl = key.startsWith("^");
  const target = moveFocus({ row, column }, key.replace("^", ""), withCtrl, size);
  return target && `${target.row} ${target.column}`;
}

test("arrows move by a cell, up to the titles and to the edges", () => {
  expect(moved(3, 1, "ArrowUp")).toBe("2 1");
  expect(moved(3, 1, "ArrowDown")).toBe("4 1");
  expect(moved(3, 1, "ArrowLeft")).toBe("3 0");
  expect(moved(3, 1, "ArrowRight")).toBe("3 2");
  expect(moved(0, 1, "ArrowUp")).toBe("-1 1");
  expect(moved(-1, 1, "ArrowUp")).toBeUndefined();
  expect(moved(99, 3, "ArrowDown")).toBeUndefined();
  expect(moved(99, 3, "ArrowRight")).toBeUndefined();
  expect(moved(99, 0, "ArrowLeft")).toBeUndefined();
});

test("Home and End are the edges of a row, with Ctrl those of the table", () => {
  expect(moved(3, 1, "Home")).toBe("3 0");
  expect(moved(3, 1, "End")).toBe("3 3");
  expect(moved(3, 1, "^Home")).toBe("0 0");
  expect(moved(3, 1, "^End")).toBe("99 3");
});

test("Page Up and Page Down move by a page and stay among the rows", () => {
  expect(moved(50, 1, "PageDown")).toBe("60 1");
  expect(moved(50, 1, "PageUp")).toBe("40 1");
  expect(moved(95, 1, "PageDown")).toBe("99 1");
  expect(moved(4, 1, "PageUp")).toBe("0 1");
  expect(moved(-1, 1, "PageUp")).toBeUndefined();
});

test("an empty table has only titles", () => {
  const empty = { ...SIZE, rows: 0 };
  expect(moved(-1, 1, "ArrowDown", empty)).toBeUndefined();
  expect(moved(-1, 1, "PageDown", empty)).toBeUndefined();
  expect(moved(-1, 1, "^End", empty)).toBe("-1 3");
  expect(moved(-1, 1, "^Home", empty)).toBe("-1 0");
});

test("other keys move nothing", () => {
  for (const key of ["a", "Enter", " ", "Tab", "toString", "^ArrowDown", "^a"])
    expect(moved(3, 1, key)).toBeUndefined();
});
