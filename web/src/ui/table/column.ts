import type { ReactNode } from "react";

import type { TableSettings } from "../../hooks/table-settings";

/** A column of a table of `T`. */
export interface Column<T, Id extends string = string> {
  readonly id: Id;
  readonly title: string;
  /** In rem: of a column that grows the least width, of another one the width. */
  readonly width: number;
  /** The share of the remaining width. */
  readonly grow?: number;
  /** Where the table is too narrow, the column with the highest number is left out first. One without it always stays. */
  readonly dropOrder?: number;
  /** The column that names a row; it can't be hidden. */
  readonly isRowHeader?: boolean;
  readonly isSortable?: boolean;
  /** Shown only after the user has chosen it. */
  readonly isOptional?: boolean;
  readonly align?: "end";
  /** Whether the cells hold a link, a button or a field, which takes the focus instead of its cell. */
  readonly hasControl?: boolean;
  /** `tabIndex` is that of the control. */
  readonly cell: (row: T, tabIndex: number) => ReactNode;
  /** The columns of a CSV file with the same content: title and value. */
  readonly csv?: readonly (readonly [title: string, value: (row: T) => string])[];
}

/** Whether a column is shown where there is width for it. */
export function isShown<T>(
  { id, isOptional = false, isRowHeader = false }: Column<T>,
  { columns }: Pick<TableSettings, "columns">,
): boolean {
  return isRowHeader || (Object.hasOwn(columns, id) ? columns[id] === true : !isOptional);
}

export interface Sort<Id extends string = string> {
  readonly column: Id;
  readonly descending: boolean;
}

/** The order after a click on a column's title. */
export function nextSort<Id extends string>(current: Sort, column: Id): Sort<Id> {
  return { column, descending: current.column === column && !current.descending };
}

// In rem; Table.module.css has the same.
const GAP = 1;
const PADDING = 2;
const CHECKBOX = 1.25;

/** The columns for which a width, in rem, is enough. */
export function fitColumns<T, Id extends string>(
  columns: readonly Column<T, Id>[],
  width: number,
  isSelectable: boolean,
): readonly Column<T, Id>[] {
  const needed = (of: readonly Column<T, Id>[]) =>
    PADDING +
    (isSelectable ? CHECKBOX + GAP : 0) +
    of.reduce((sum, column) => sum + column.width, 0) +
    GAP * (of.length - 1);
  let fitting = columns;
  while (needed(fitting) > width) {
    const last = Math.max(...fitting.map(({ dropOrder = 0 }) => dropOrder));
    if (last === 0) break;
    fitting = fitting.filter(({ dropOrder }) => dropOrder !== last);
  }
  return fitting;
}

/** The columns as a value of `grid-template-columns`. */
export function columnTemplate<T>(columns: readonly Column<T>[], isSelectable: boolean): string {
  const tracks = columns.map(({ width, grow, dropOrder }) => {
    if (grow === undefined) return `${width}rem`;
    // What always stays must not make the table wider than a phone.
    return `minmax(${dropOrder === undefined ? 0 : width}rem, ${grow}fr)`;
  });
  return [...(isSelectable ? [`${CHECKBOX}rem`] : []), ...tracks].join(" ");
}

/** The content of rows as CSV records, below a record of titles. */
export function csvRecords<T>(columns: readonly Column<T>[], rows: readonly T[]): string[][] {
  const fields = columns.flatMap(({ csv = [] }) => csv);
  return [fields.map(([title]) => title), ...rows.map((row) => fields.map(([, value]) => value(row)))];
}
