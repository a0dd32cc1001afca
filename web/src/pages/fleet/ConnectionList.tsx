import { UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";

import type { Connection } from "../../api/schema";
import { useColumnCount } from "../../hooks/use-column-count";
import { useFrozenOrder } from "../../hooks/use-frozen-order";
import { useSelection } from "../../hooks/use-selection";
import { useMessages } from "../../i18n/language";
import type { SortKey } from "../../model/connection-sort";
import type { FleetSearch } from "../../model/fleet-search";
import { Checkbox } from "../../ui/Checkbox";
import type { BulkRequest } from "./bulk-action";
import { BulkBar } from "./BulkBar";
import classes from "./ConnectionList.module.css";
import { ConnectionRow } from "./ConnectionRow";
import { ConnectionTile } from "./ConnectionTile";

interface Props {
  connections: readonly Connection[];
  search: FleetSearch;
  onSort: (change: Pick<FleetSearch, "sort" | "down">) => void;
  onBulk: (bulk: BulkRequest) => void;
  canChange: boolean;
}

const ROW_HEIGHT = 52;
const TILE_HEIGHT = 76;
const MIN_TILE_WIDTH = 260;

/** A virtual list: renders only the connections in view. */
export function ConnectionList({ connections, search, onSort, onBulk, canChange }: Props) {
  const t = useMessages();
  const [isHovered, setHovered] = useState(false);
  const ordered = useFrozenOrder(connections, isHovered, `${search.sort} ${search.down}`);
  const selection = useSelection(ordered);
  const list = useRef<HTMLDivElement>(null);
  const grid = search.view === "grid";
  const fittingColumns = useColumnCount(list, MIN_TILE_WIDTH);
  const columns = grid ? fittingColumns : 1;
  const [top, setTop] = useState(0);
  // Relative to the document: the failures above the list grow and shrink.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- it may have moved at any change, and settles at once
  useLayoutEffect(() => setTop(Math.round((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY)));

  const lines = Math.ceil(ordered.length / columns);
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized by a compiler
  const virtual = useWindowVirtualizer({
    count: lines,
    estimateSize: () => (grid ? TILE_HEIGHT : ROW_HEIGHT),
    overscan: 8,
    scrollMargin: top,
  });

  return (
    <div className={classes.container} onPointerEnter={() => setHovered(true)} onPointerLeave={() => setHovered(false)}>
      {!grid && <TableHeader search={search} onSort={onSort} canChange={canChange} selected={selection} />}
      <div
        ref={list}
        className={grid ? classes.grid : classes.table}
        role="list"
        aria-label={t.fleet.allTitle}
        style={{ height: virtual.getTotalSize() }}
      >
        {virtual.getVirtualItems().map((line) => (
          <div
            // Keyed by connection, so that a row moves instead of rendering again in another place.
            key={(grid ? undefined : ordered[line.index]?.id) ?? line.index}
            className={classes.line}
            role="presentation"
            style={{
              height: line.size,
              transform: `translateY(${line.start - virtual.options.scrollMargin}px)`,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            }}
          >
            {ordered
              .slice(line.index * columns, (line.index + 1) * columns)
              .map((connection) =>
                grid ? (
                  <ConnectionTile key={connection.id} connection={connection} />
                ) : (
                  <ConnectionRow
                    key={connection.id}
                    connection={connection}
                    isSelected={selection.has(connection.id)}
                    onSelect={canChange ? selection.toggle : undefined}
                  />
                ),
              )}
          </div>
        ))}
      </div>
      {canChange && selection.selected.length > 0 && (
        <BulkBar
          connections={selection.selected}
          onAction={(action) => onBulk({ action, connections: selection.selected, onDone: selection.clear })}
          onClear={selection.clear}
        />
      )}
    </div>
  );
}

type TableHeaderProps = Pick<Props, "search" | "onSort" | "canChange"> & { selected: ReturnType<typeof useSelection> };

function TableHeader({ search, onSort, canChange, selected }: TableHeaderProps) {
  const t = useMessages();
  const sorted = search.sort ?? "state";
  const column = (sort: SortKey, text: string) => (
    <UnstyledButton
      className={classes.column}
      data-column={sort}
      aria-label={t.fleet.sortBy(text)}
      aria-pressed={sorted === sort}
      onClick={() => onSort({ sort, down: sorted === sort && !search.down })}
    >
      {text}
      {sorted === sort && (search.down ? <IconArrowDown size={14} /> : <IconArrowUp size={14} />)}
    </UnstyledButton>
  );
  return (
    <div className={classes.head} data-selectable={canChange || undefined}>
      {canChange && (
        <Checkbox
          aria-label={t.fleet.selectAll}
          checked={selected.isAll}
          isIndeterminate={!selected.isAll && selected.selected.length > 0}
          onChange={selected.toggleAll}
        />
      )}
      {column("name", t.fleet.name)}
      {column("state", t.fleet.state)}
      <span className={classes.reason}>{t.fleet.reason}</span>
      {column("since", t.fleet.changed)}
    </div>
  );
}
