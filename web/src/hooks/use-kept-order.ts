import { useMemo, useState } from "react";

/**
 * The same things in the order they had when `keep` became true, so that rows don't move away under
 * the pointer; new ones come at the end. Whoever asks for another order, named by `order`, gets it at once.
 */
export function useKeptOrder<T extends { id: string }>(
  sorted: readonly T[],
  keep: boolean,
  order: string,
): readonly T[] {
  const [kept, setKept] = useState<{ order: string; places: ReadonlyMap<string, number> }>();
  if (keep && kept?.order !== order) {
    setKept({ order, places: new Map(sorted.map(({ id }, index) => [id, index])) });
  }
  if (!keep && kept) setKept(undefined);
  return useMemo(() => (keep && kept ? inPlace(sorted, kept.places) : sorted), [sorted, keep, kept]);
}

/** Sorted by place; what has none comes last, in the order given. */
export function inPlace<T extends { id: string }>(things: readonly T[], places: ReadonlyMap<string, number>): T[] {
  const place = ({ id }: T) => places.get(id) ?? places.size;
  return things.toSorted((a, b) => place(a) - place(b));
}
