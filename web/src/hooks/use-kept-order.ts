import { useMemo, useState } from "react";

/**
 * The same things in the order they had when `keep` became true, so that rows don't move away under
 * the pointer; new ones come at the end.
 */
export function useKeptOrder<T extends { id: string }>(sorted: readonly T[], keep: boolean): readonly T[] {
  const [places, setPlaces] = useState<ReadonlyMap<string, number>>();
  if (keep && !places) setPlaces(new Map(sorted.map(({ id }, index) => [id, index])));
  if (!keep && places) setPlaces(undefined);
  return useMemo(() => (keep && places ? inPlace(sorted, places) : sorted), [sorted, keep, places]);
}

/** Sorted by place; what has none comes last, in the order given. */
export function inPlace<T extends { id: string }>(things: readonly T[], places: ReadonlyMap<string, number>): T[] {
  const place = ({ id }: T) => places.get(id) ?? places.size;
  return things.toSorted((a, b) => place(a) - place(b));
}
