import type { RefObject } from "react";

import { useElementWidth } from "./use-element-width";

/** The number of columns of at least `width` pixels that fit into an element. */
export function useColumnCount(element: RefObject<HTMLElement | null>, width: number): number {
  return Math.max(1, Math.floor(useElementWidth(element) / width));
}
