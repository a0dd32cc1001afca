import { UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";

import type { Connection } from "../../api/schema";
import type { FleetSearch } from "../../app/routes";
import { useColumns } from "../../hooks/use-columns";
import { useKeptOrder } from "../../hooks/use-kept-order";
import { useSelected } from "../../hooks/use-selected";
import { useWords } from "../../i18n/language";
import { Tick } from "../../ui/Tick";
import type { Sort } from "../../util/select";
import type { Bulk } from "./bulk";
import { BulkBar } from "./BulkBar";
import { Row } from "./Row";
import { Tile } from "./Tile";
import classes from "./Connections.module.css";

interface Props {
  connections: readonly Connection[];
  search: FleetSearch;
  onSort: (change: Pick<FleetSearch, "sort" | "down">) => void;
  onBulk: (bulk: Bulk) => void;
  canChange: boolean;
}

const ROW = 52;
const TILE = 76;
const NARROWEST = 260;

/** Any number of connections; only those in sight are drawn. */
export function Connections({ connections, search, onSort, onBulk, canChange }: Props) {
  const words = useWords();
  const [isPointed, setPointed] = useState(false);
  const kept = useKeptOrder(connections, isPointed, `${search.sort} ${search.down}`);
  const selected = useSelected(kept);
  const list = useRef<HTMLDivElement>(null);
  const grid = search.view === "grid";
  const fitting = useColumns(list, NARROWEST);
  const columns = grid ? fitting : 1;
  const [top, setTop] = useState(0);
  // From the top of the page, not of what is around; what stands above grows and shrinks with what is wrong.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- it may have moved at any change, and settles at once
  useLayoutEffect(() => setTop(Math.round((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY)));

  const lines = Math.ceil(kept.length / columns);
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized by a compiler
  const virtual = useWindowVirtualizer({
    count: lines,
    estimateSize: () => (grid ? TILE : ROW),
    overscan: 8,
    scrollMargin: top,
  });

  return (
    <div className={classes.whole} onPointerEnter={() => setPointed(true)} onPointerLeave={() => setPointed(false)}>
      {!grid && <Head search={search} onSort={onSort} canChange={canChange} selected={selected} />}
      <div
        ref={list}
        className={grid ? classes.grid : classes.table}
        role="list"
        aria-label={words.fleet.allTitle}
        style={{ height: virtual.getTotalSize() }}
      >
        {virtual.getVirtualItems().map((line) => (
          <div
            // A row that moves is moved, and not drawn anew in another's place.
            key={(grid ? undefined : kept[line.index]?.id) ?? line.index}
            className={classes.line}
            role="presentation"
            style={{
              height: line.size,
              transform: `translateY(${line.start - virtual.options.scrollMargin}px)`,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            }}
          >
            {kept
              .slice(line.index * columns, (line.index + 1) * columns)
              .map((connection) =>
                grid ? (
                  <Tile key={connection.id} connection={connection} />
                ) : (
                  <Row
                    key={connection.id}
                    connection={connection}
                    isSelected={selected.has(connection.id)}
                    onSelect={canChange ? selected.toggle : undefined}
                  />
                ),
              )}
          </div>
        ))}
      </div>
      {canChange && selected.chosen.length > 0 && (
        <BulkBar
          connections={selected.chosen}
          onAction={(action) => onBulk({ action, connections: selected.chosen, onDone: selected.clear })}
          onClear={selected.clear}
        />
      )}
    </div>
  );
}

type HeadProps = Pick<Props, "search" | "onSort" | "canChange"> & { selected: ReturnType<typeof useSelected> };

function Head({ search, onSort, canChange, selected }: HeadProps) {
  const words = useWords();
  const sorted = search.sort ?? "state";
  const column = (sort: Sort, text: string) => (
    <UnstyledButton
      className={classes.column}
      data-column={sort}
      aria-label={words.fleet.sortBy(text)}
      aria-pressed={sorted === sort}
      onClick={() => onSort({ sort, down: sorted === sort && !search.down } as Pick<FleetSearch, "sort" | "down">)}
    >
      {text}
      {sorted === sort && (search.down ? <IconArrowDown size={14} /> : <IconArrowUp size={14} />)}
    </UnstyledButton>
  );
  return (
    <div className={classes.head} data-selectable={canChange || undefined}>
      {canChange && (
        <Tick
          aria-label={words.fleet.selectAll}
          checked={selected.isAll}
          isPartial={!selected.isAll && selected.chosen.length > 0}
          onChange={selected.toggleAll}
        />
      )}
      {column("name", words.fleet.name)}
      {column("state", words.fleet.state)}
      <span className={classes.reason}>{words.fleet.reason}</span>
      {column("since", words.fleet.changed)}
    </div>
  );
}
