import type { RefObject } from "react";
import { useLayoutEffect, useState } from "react";

/** How many columns of at least `width` pixels fit into an element. */
export function useColumns(element: RefObject<HTMLElement | null>, width: number): number {
  const [columns, setColumns] = useState(1);
  useLayoutEffect(() => {
    const measured = element.current;
    if (!measured) return undefined;
    const observer = new ResizeObserver(() => setColumns(Math.max(1, Math.floor(measured.clientWidth / width))));
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element, width]);
  return columns;
}
