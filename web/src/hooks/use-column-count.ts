import type { RefObject } from "react";

import { useElementWidth } from "./use-element-width";

/** How many columns of at least `width` pixels fit into an element. */
export function useColumnCount(element: RefObject<HTMLElement | null>, width: number): number {
  return Math.max(1, Math.floor(useElementWidth(element) / width));
}
