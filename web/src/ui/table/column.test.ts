import { expect, test } from "vitest";

import type { Column } from "./column";
import { columnTemplate, csvRecords, fitColumns, nextSort } from "./column";

const column = (id: string, width: number, others: Partial<Column<string>> = {}): Column<string> => ({
  id,
  title: id,
  width,
  cell: (row) => row,
  ...others,
});

const COLUMNS = [
  column("name", 10, { grow: 2, csv: [["Name", (row) => row]] }),
  column("state", 8),
  column("reason", 12, {
    grow: 3,
    dropOrder: 2,
    csv: [
      ["Code", (row) => `${row}1`],
      ["Reason", (row) => `${row}2`],
    ],
  }),
  column("since", 4, { dropOrder: 1 }),
];

const fitting = (width: number) => fitColumns(COLUMNS, width, true).map(({ id }) => id);

test("columns that are least needed are left out until the others fit", () => {
  const all = 2 + 2.25 + 34 + 3;
  expect(fitting(all)).toEqual(["name", "state", "reason", "since"]);
  expect(fitting(all - 0.1)).toEqual(["name", "state", "since"]);
  expect(fitting(25)).toEqual(["name", "state"]);
  expect(fitting(1)).toEqual(["name", "state"]);
});

test("columns that grow share the remaining width", () => {
  expect(columnTemplate(COLUMNS, false)).toBe("minmax(0rem, 2fr) 8rem minmax(12rem, 3fr) 4rem");
  expect(columnTemplate(COLUMNS.slice(1, 2), true)).toBe("1.25rem 8rem");
});

test("a second click on a title reverses the order", () => {
  expect(nextSort({ column: "name", descending: false }, "name")).toEqual({ column: "name", descending: true });
  expect(nextSort({ column: "name", descending: true }, "name")).toEqual({ column: "name", descending: false });
  expect(nextSort({ column: "name", descending: true }, "state")).toEqual({ column: "state", descending: false });
});

test("a column may be several fields of a record, or none", () => {
  expect(csvRecords(COLUMNS, ["a", "b"])).toEqual([
    ["Name", "Code", "Reason"],
    ["a", "a1", "a2"],
    ["b", "b1", "b2"],
  ]);
});
