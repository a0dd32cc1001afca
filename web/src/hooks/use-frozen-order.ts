import { useMemo, useState } from "react";

/**
 * The items in the order they had when `isFrozen` became true, so that rows don't move under the pointer; new
 * items come last. A change of `order`, the name of the requested order, takes effect at once.
 */
export function useFrozenOrder<T extends { id: string }>(
  sorted: readonly T[],
  isFrozen: boolean,
  order: string,
): readonly T[] {
  const [frozen, setFrozen] = useState<{ order: string; positions: ReadonlyMap<string, number> }>();
  if (isFrozen && frozen?.order !== order) {
    setFrozen({ order, positions: new Map(sorted.map(({ id }, index) => [id, index])) });
  }
  if (!isFrozen && frozen) setFrozen(undefined);
  return useMemo(
    () => (isFrozen && frozen ? sortByPosition(sorted, frozen.positions) : sorted),
    [sorted, isFrozen, frozen],
  );
}

/** Sorts by position; items without one come last, in their given order. */
export function sortByPosition<T extends { id: string }>(
  items: readonly T[],
  positions: ReadonlyMap<string, number>,
): T[] {
  const position = ({ id }: T) => positions.get(id) ?? positions.size;
  return items.toSorted((a, b) => position(a) - position(b));
}
