import type { DragEvent } from "react";
import { useState } from "react";

/** The props that make an element a drop zone. */
export function useDropZone(onDrop: (data: DataTransfer) => void) {
  const [isDraggedOver, setDraggedOver] = useState(false);
  return {
    "data-over": isDraggedOver || undefined,
    onDragOver(event: DragEvent) {
      // Without this the browser would open the file.
      event.preventDefault();
      setDraggedOver(true);
    },
    onDragLeave: () => setDraggedOver(false),
    onDrop(event: DragEvent) {
      event.preventDefault();
      setDraggedOver(false);
      onDrop(event.dataTransfer);
    },
  };
}
