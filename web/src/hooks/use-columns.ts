import type { RefObject } from "react";

import { useWidth } from "./use-width";

/** How many columns of at least `width` pixels fit into an element. */
export function useColumns(element: RefObject<HTMLElement | null>, width: number): number {
  return Math.max(1, Math.floor(useWidth(element) / width));
}
