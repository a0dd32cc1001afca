import { memo } from "react";

import { Checkbox } from "../Checkbox";
import type { Column } from "./column";
import { FIRST_ROW } from "./move-focus";
import classes from "./Table.module.css";
import { CHECKBOX_COLUMN } from "./TableHead";

interface Props<T extends { readonly id: string }> {
  row: T;
  index: number;
  /** In pixels, below the titles. */
  top: number;
  height: number;
  columns: readonly Column<T>[];
  /** The column of the cell that the Tab key leads to; undefined in all rows but one. */
  activeColumn: string | undefined;
  isSelected: boolean;
  onSelect: ((id: string) => void) | undefined;
  selectLabel: (row: T) => string;
}

function Row<T extends { readonly id: string }>({
  row,
  index,
  top,
  height,
  columns,
  activeColumn,
  isSelected,
  onSelect,
  selectLabel,
}: Props<T>) {
  const tabIndexOf = (column: string) => (column === activeColumn ? 0 : -1);
  return (
    <div
      role="row"
      className={classes.row}
      aria-rowindex={index + FIRST_ROW}
      aria-selected={onSelect ? isSelected : undefined}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      {onSelect && (
        <div role="gridcell" data-column={CHECKBOX_COLUMN} className={classes.cell}>
          <Checkbox
            aria-label={selectLabel(row)}
            tabIndex={tabIndexOf(CHECKBOX_COLUMN)}
            checked={isSelected}
            onChange={() => onSelect(row.id)}
          />
        </div>
      )}
      {columns.map(({ id, align, isRowHeader, hasControl, cell }) => (
        <div
          key={id}
          role={isRowHeader ? "rowheader" : "gridcell"}
          className={classes.cell}
          data-column={id}
          data-align={align}
          tabIndex={hasControl ? undefined : tabIndexOf(id)}
        >
          {cell(row, tabIndexOf(id))}
        </div>
      ))}
    </div>
  );
}

/** A row renders again when it has changed, and not when another one has. */
export const TableRow = memo(Row) as typeof Row;
