import { useRef } from "react";

/**
 * The same connections in the order they had when `keep` became true, so that rows don't move away
 * under the pointer; new ones come at the end.
 */
export function useKeptOrder<T extends { id: string }>(sorted: readonly T[], keep: boolean): readonly T[] {
  const order = useRef<Map<string, number> | undefined>(undefined);
  if (!keep) {
    order.current = undefined;
    return sorted;
  }
  order.current ??= new Map(sorted.map(({ id }, index) => [id, index]));
  const place = ({ id }: T) => order.current?.get(id) ?? Infinity;
  return [...sorted].sort((a, b) => place(a) - place(b) || 0);
}
