import type { Range } from "@tanstack/react-virtual";

/** The rows that a virtual list renders: those in view, and one that stays wherever the list is scrolled to. */
export function rangeWith(row: number, { startIndex, endIndex, overscan, count }: Range): number[] {
  const from = Math.max(0, startIndex - overscan);
  const to = Math.min(count - 1, endIndex + overscan);
  const range = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  if (row < 0 || row >= count || (row >= from && row <= to)) return range;
  return row < from ? [row, ...range] : [...range, row];
}
