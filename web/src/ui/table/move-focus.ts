/** A cell by its numbers, which start at 0; row -1 has the titles of the columns. */
export interface CellPosition {
  readonly row: number;
  readonly column: number;
}

/** The `aria-rowindex` of row 0: it counts from 1, and the titles are the first row. */
export const FIRST_ROW = 2;

interface Size {
  readonly rows: number;
  readonly columns: number;
  /** The number of rows that Page Up and Page Down move by. */
  readonly page: number;
}

/** The cell that a key moves the focus to, as the grid pattern of ARIA has it; undefined if it does not move. */
export function moveFocus(
  { row, column }: CellPosition,
  key: string,
  withCtrl: boolean,
  { rows, columns, page }: Size,
): CellPosition | undefined {
  const lastColumn = columns - 1;
  const first = Math.min(0, rows - 1);
  const targets: Record<string, CellPosition> = withCtrl
    ? { Home: { row: first, column: 0 }, End: { row: rows - 1, column: lastColumn } }
    : {
        ArrowUp: { row: row - 1, column },
        ArrowDown: { row: row + 1, column },
        ArrowLeft: { row, column: column - 1 },
        ArrowRight: { row, column: column + 1 },
        Home: { row, column: 0 },
        End: { row, column: lastColumn },
        PageUp: { row: row < 0 ? row : Math.max(first, row - page), column },
        PageDown: { row: row + page, column },
      };
  const target = Object.hasOwn(targets, key) ? targets[key] : undefined;
  if (!target) return undefined;
  const moved = { row: clamp(target.row, -1, rows - 1), column: clamp(target.column, 0, lastColumn) };
  return moved.row === row && moved.column === column ? undefined : moved;
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}
