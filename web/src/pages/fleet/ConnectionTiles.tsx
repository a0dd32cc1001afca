import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";

import type { Connection } from "../../api/schema";
import { useColumnCount } from "../../hooks/use-column-count";
import { useDocumentTop } from "../../hooks/use-document-top";
import { ConnectionTile } from "./ConnectionTile";
import classes from "./ConnectionTiles.module.css";

const TILE_HEIGHT = 76;
const MIN_TILE_WIDTH = 260;

/** A grid of tiles: renders only the connections in view. */
export function ConnectionTiles({ label, connections }: { label: string; connections: readonly Connection[] }) {
  const list = useRef<HTMLDivElement>(null);
  const columns = useColumnCount(list, MIN_TILE_WIDTH);
  const top = useDocumentTop(list);
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized by a compiler
  const virtual = useWindowVirtualizer({
    count: Math.ceil(connections.length / columns),
    estimateSize: () => TILE_HEIGHT,
    overscan: 8,
    scrollMargin: top,
  });
  return (
    <div ref={list} className={classes.grid} role="list" aria-label={label} style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map((line) => (
        <div
          key={line.key}
          className={classes.line}
          role="presentation"
          style={{
            height: line.size,
            transform: `translateY(${line.start - virtual.options.scrollMargin}px)`,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          }}
        >
          {connections.slice(line.index * columns, (line.index + 1) * columns).map((connection, index) => (
            <ConnectionTile
              key={connection.id}
              connection={connection}
              position={line.index * columns + index + 1}
              count={connections.length}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
