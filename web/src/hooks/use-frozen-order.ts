import { useMemo, useState } from "react";

/**
 * The same things in the order they had when `keep` became true, so that rows don't move away under
 * the pointer; new ones come at the end. Whoever asks for another order, named by `order`, gets it at once.
 */
export function useFrozenOrder<T extends { id: string }>(
  sorted: readonly T[],
  isFrozen: boolean,
  order: string,
): readonly T[] {
  const [frozen, setFrozen] = useState<{ order: string; places: ReadonlyMap<string, number> }>();
  if (isFrozen && frozen?.order !== order) {
    setFrozen({ order, places: new Map(sorted.map(({ id }, index) => [id, index])) });
  }
  if (!isFrozen && frozen) setFrozen(undefined);
  return useMemo(
    () => (isFrozen && frozen ? sortByPosition(sorted, frozen.places) : sorted),
    [sorted, isFrozen, frozen],
  );
}

/** Sorted by place; what has none comes last, in the order given. */
export function sortByPosition<T extends { id: string }>(
  items: readonly T[],
  places: ReadonlyMap<string, number>,
): T[] {
  const position = ({ id }: T) => places.get(id) ?? places.size;
  return items.toSorted((a, b) => position(a) - position(b));
}
