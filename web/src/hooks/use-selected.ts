import { useCallback, useMemo, useState } from "react";

/** Which of the things shown are selected. What is no longer shown is not acted upon. */
export function useSelected<T extends { id: string }>(shown: readonly T[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const chosen = useMemo(() => (ids.size === 0 ? [] : shown.filter(({ id }) => ids.has(id))), [shown, ids]);
  const isAll = shown.length > 0 && chosen.length === shown.length;
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
    chosen,
    isAll,
    has: (id: string) => ids.has(id),
    toggle,
    toggleAll: () => setIds(isAll ? new Set() : new Set(shown.map(({ id }) => id))),
    clear: () => setIds(new Set()),
  };
}
