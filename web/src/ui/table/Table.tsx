import type { Range } from "@tanstack/react-virtual";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import type { FocusEvent, KeyboardEvent, ReactNode } from "react";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";

import type { Density } from "../../hooks/table-settings";
import { useDocumentTop } from "../../hooks/use-document-top";
import { useElementWidth } from "../../hooks/use-element-width";
import type { useSelection } from "../../hooks/use-selection";
import { useMessages } from "../../i18n/language";
import { rangeWith } from "../range-with";
import type { Column, Sort } from "./column";
import { columnTemplate, fitColumns } from "./column";
import type { CellPosition } from "./move-focus";
import { FIRST_ROW, moveFocus } from "./move-focus";
import classes from "./Table.module.css";
import { CHECKBOX_COLUMN, TableHead } from "./TableHead";
import { TableRow } from "./TableRow";

const ROW_HEIGHTS: Record<Density, number> = { comfortable: 52, compact: 36 };

const SKELETON_ROWS = ["a", "b", "c", "d", "e", "f", "g", "h"];

interface Props<T extends { readonly id: string }, Id extends string> {
  id?: string;
  label: string;
  /** In their order. */
  rows: readonly T[];
  columns: readonly Column<T, Id>[];
  sort: Sort<Id>;
  onSort: (column: Id) => void;
  density: Density;
  /** Undefined if rows can't be selected. */
  selection: ReturnType<typeof useSelection<T>> | undefined;
  /** Names the checkbox of a row. */
  selectLabel: (row: T) => string;
  /** Replaces the rows if there are none. */
  empty: ReactNode;
  isLoading?: boolean;
}

/** A cell by what it shows: rows and columns come, go and move. Without a row it is the title of a column. */
interface ActiveCell {
  readonly rowId: string | undefined;
  /** The number of the row, in case the row goes. */
  readonly row: number;
  readonly column: string;
}

/**
 * A table that renders only the rows in view and is one stop of the Tab key: within it, arrows and the other keys of
 * ARIA's grid pattern move the focus, and Space selects a row. It scrolls with the page.
 */
export function Table<T extends { readonly id: string }, Id extends string>({
  id,
  label,
  rows,
  columns: chosen,
  sort,
  onSort,
  density,
  selection,
  selectLabel,
  empty,
  isLoading = false,
}: Props<T, Id>) {
  const t = useMessages();
  const grid = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const width = useElementWidth(grid);
  const top = useDocumentTop(body);
  const isSelectable = selection !== undefined;
  const columns = useMemo(() => fitColumns(chosen, width / remInPixels(), isSelectable), [chosen, width, isSelectable]);
  const columnIds = useMemo(
    () => [...(isSelectable ? [CHECKBOX_COLUMN] : []), ...columns.map((column) => column.id)],
    [columns, isSelectable],
  );
  const { position, activate, onFocus } = useActiveCell(grid, rows, columns, columnIds);
  const { row: activeRow } = position;

  const rowHeight = ROW_HEIGHTS[density];
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized by a compiler
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: top,
    // The row with the focus stays, wherever the page is scrolled to.
    rangeExtractor: useCallback((range: Range) => rangeWith(activeRow, range), [activeRow]),
  });
  useLayoutEffect(() => virtual.measure(), [virtual, rowHeight]);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { key, ctrlKey, altKey, metaKey, shiftKey, target } = event;
    if (altKey || metaKey || shiftKey || (target as Element).closest("[role=menu], [role=dialog]")) return;
    if (key === " " && selection && activeRow >= 0 && !(target instanceof HTMLInputElement)) {
      event.preventDefault();
      const row = rows[activeRow];
      if (row) selection.toggle(row.id);
      return;
    }
    const page = Math.max(1, Math.floor(window.innerHeight / rowHeight) - 4);
    const size = { rows: rows.length, columns: columnIds.length, page };
    const moved = moveFocus(position, key, ctrlKey, size);
    if (!moved) return;
    event.preventDefault();
    activate(moved);
  };

  return (
    <div className={classes.container} id={id}>
      <div
        ref={grid}
        className={classes.grid}
        role="grid"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-colcount={columnIds.length}
        aria-multiselectable={isSelectable || undefined}
        aria-busy={isLoading || undefined}
        data-density={density}
        data-columns={columnIds.join(" ")}
        style={{ "--columns": columnTemplate(columns, isSelectable) } as object}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
      >
        <TableHead
          columns={columns}
          sort={sort}
          onSort={onSort}
          selection={selection}
          activeColumn={activeRow < 0 ? columnIds[position.column] : undefined}
        />
        <div ref={body} className={classes.body} role="presentation" style={{ height: virtual.getTotalSize() }}>
          {/* Until it is measured, which columns fit is unknown; but it has its height, so that the page can scroll. */}
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return (
              width > 0 &&
              row && (
                <TableRow
                  // Keyed by row, so that it moves instead of rendering again in another place.
                  key={row.id}
                  row={row}
                  index={index}
                  top={start - virtual.options.scrollMargin}
                  height={rowHeight}
                  columns={columns}
                  activeColumn={index === activeRow ? columnIds[position.column] : undefined}
                  isSelected={selection?.has(row.id) ?? false}
                  onSelect={selection?.toggle}
                  selectLabel={selectLabel}
                />
              )
            );
          })}
        </div>
      </div>
      {isLoading ? (
        <div className={classes.loading} role="status" aria-label={t.loading}>
          {SKELETON_ROWS.map((each) => (
            <div key={each} style={{ height: rowHeight }} />
          ))}
        </div>
      ) : (
        rows.length === 0 && <div className={classes.empty}>{empty}</div>
      )}
    </div>
  );
}

/** The cell that the Tab key leads to, and the focus after a key. */
function useActiveCell<T extends { readonly id: string }>(
  grid: { readonly current: HTMLElement | null },
  rows: readonly T[],
  columns: readonly Column<T>[],
  columnIds: readonly string[],
) {
  const [active, setActive] = useState<ActiveCell>();
  const position: CellPosition = {
    row: findRow(rows, active),
    column: Math.max(0, columnIds.indexOf(active?.column ?? columns.find(({ isRowHeader }) => isRowHeader)?.id ?? "")),
  };
  const isMoving = useRef(false);
  const lastFocused = useRef<Element>(undefined);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- any change may have removed the row with the focus
  useLayoutEffect(() => {
    const isLost = lastFocused.current?.isConnected === false && document.activeElement === document.body;
    if (!isMoving.current && !isLost) return;
    isMoving.current = false;
    const cell = grid.current?.querySelector<HTMLElement>("[tabindex='0']");
    cell?.focus({ preventScroll: true });
    cell?.closest("[role=row]")?.scrollIntoView({ block: "nearest" });
  });
  useLayoutEffect(() => {
    // If the element with the focus is removed, the event comes before that; then the focus moves on within the table.
    const onFocusOut = ({ target }: Event) =>
      queueMicrotask(() => {
        if (target === lastFocused.current && lastFocused.current?.isConnected) lastFocused.current = undefined;
      });
    const table = grid.current;
    table?.addEventListener("focusout", onFocusOut);
    return () => table?.removeEventListener("focusout", onFocusOut);
  }, [grid]);
  return {
    position,
    activate: ({ row, column }: CellPosition) => {
      isMoving.current = true;
      setActive({ row, rowId: rows[row]?.id, column: columnIds[column] ?? "" });
    },
    onFocus: ({ target }: FocusEvent<HTMLElement>) => {
      const cell = target.closest<HTMLElement>("[data-column]");
      if (!cell) return;
      lastFocused.current = target;
      const row = Number(cell.closest("[role=row]")?.getAttribute("aria-rowindex")) - FIRST_ROW;
      const column = cell.dataset["column"] ?? "";
      if (row !== position.row || column !== columnIds[position.column]) {
        setActive({ row, rowId: rows[row]?.id, column });
      }
    },
  };
}

function findRow(rows: readonly { readonly id: string }[], active: ActiveCell | undefined): number {
  if (!active) return Math.min(0, rows.length - 1);
  const { row, rowId } = active;
  if (row < 0 || rows[row]?.id === rowId) return row;
  const moved = rows.findIndex(({ id }) => id === rowId);
  return moved >= 0 ? moved : Math.min(row, rows.length - 1);
}

const remInPixels = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
