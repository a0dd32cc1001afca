import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";

import type { Connection } from "../../api/schema";
import { useColumnCount } from "../../hooks/use-column-count";
import { useDocumentTop } from "../../hooks/use-document-top";
import { useMessages } from "../../i18n/language";
import { sectionsBy } from "../../model/labels";
import { ConnectionTile } from "./ConnectionTile";
import classes from "./ConnectionTiles.module.css";

const TILE_HEIGHT = 76;
const HEADING_HEIGHT = 48;
const MIN_TILE_WIDTH = 260;

interface Props {
  label: string;
  connections: readonly Connection[];
  /** The key of the label by whose values there are sections; undefined for none. */
  sectionKey: string | undefined;
}

/** A grid of tiles: renders only the connections in view. */
export function ConnectionTiles({ label, connections, sectionKey }: Props) {
  const { fleet } = useMessages();
  const list = useRef<HTMLDivElement>(null);
  const columns = useColumnCount(list, MIN_TILE_WIDTH);
  const top = useDocumentTop(list);
  const lines = useMemo(() => toLines(connections, sectionKey, columns), [connections, sectionKey, columns]);
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized by a compiler
  const virtual = useWindowVirtualizer({
    count: lines.length,
    estimateSize: (index) => (lines[index]?.section ? HEADING_HEIGHT : TILE_HEIGHT),
    overscan: 8,
    scrollMargin: top,
  });
  return (
    <div ref={list} className={classes.grid} role="list" aria-label={label} style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map((item) => {
        const line = lines[item.index];
        if (!line) return null;
        return (
          <div
            key={item.key}
            className={classes.line}
            role="presentation"
            style={{
              height: item.size,
              transform: `translateY(${item.start - virtual.options.scrollMargin}px)`,
              gridTemplateColumns: line.section ? undefined : `repeat(${columns}, minmax(0, 1fr))`,
            }}
          >
            {line.section && (
              <div role="listitem" className={classes.section}>
                <h3>
                  <bdi>{line.section.value ?? fleet.withoutLabel(sectionKey ?? "")}</bdi>
                </h3>
                <span className={classes.count}>{line.section.count}</span>
              </div>
            )}
            {line.connections.map((connection, index) => (
              <ConnectionTile
                key={connection.id}
                connection={connection}
                position={line.start + index + 1}
                count={connections.length}
              />
            ))}
          </div>
        );
      })}
    </div>
  );
}

/** A line of the grid: the heading of a section, or tiles. */
interface Line {
  readonly section?: { readonly value: string | undefined; readonly count: number };
  readonly connections: readonly Connection[];
  /** How many connections are in the lines before. */
  readonly start: number;
}

function toLines(connections: readonly Connection[], key: string | undefined, columns: number): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const { value, members } of key === undefined
    ? [{ value: undefined, members: connections }]
    : sectionsBy(key, connections)) {
    if (key !== undefined) lines.push({ section: { value, count: members.length }, connections: [], start });
    for (let index = 0; index < members.length; index += columns) {
      lines.push({ connections: members.slice(index, index + columns), start: start + index });
    }
    start += members.length;
  }
  return lines;
}
