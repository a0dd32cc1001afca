import { useCallback, useMemo, useState } from "react";

/** The selection among the visible items. Items that are no longer visible don't count as selected. */
export function useSelection<T extends { id: string }>(visible: readonly T[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const selected = useMemo(() => (ids.size === 0 ? [] : visible.filter(({ id }) => ids.has(id))), [visible, ids]);
  const isAll = visible.length > 0 && selected.length === visible.length;
  const toggle = useCallback(
    (id: string) =>
      setIds((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      }),
    [],
  );
  return {
    selected,
    isAll,
    has: (id: string) => ids.has(id),
    toggle,
    toggleAll: () => setIds(isAll ? new Set() : new Set(visible.map(({ id }) => id))),
    clear: () => setIds(new Set()),
  };
}
