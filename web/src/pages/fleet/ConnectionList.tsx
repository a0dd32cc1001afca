import type { ReactNode } from "react";
import { memo, Suspense, useCallback, useMemo, useState } from "react";

import { lazyComponent } from "../../api/lazy-component";
import type { Connection } from "../../api/schema";
import type { TableSettings } from "../../hooks/table-settings";
import { useFrozenOrder } from "../../hooks/use-frozen-order";
import { useSelection } from "../../hooks/use-selection";
import { useMessages } from "../../i18n/language";
import type { ConnectionSort, SortKey } from "../../model/connection-sort";
import type { Column } from "../../ui/table/column";
import { isShown } from "../../ui/table/column";
import { Table } from "../../ui/table/Table";
import type { BulkRequest } from "./bulk-action";
import { BulkBar } from "./BulkBar";

interface Props {
  connections: readonly Connection[];
  columns: readonly Column<Connection, SortKey>[];
  settings: TableSettings;
  isGrid: boolean;
  /** The key of the label by whose values the grid has sections. */
  sectionKey: string | undefined;
  sort: ConnectionSort;
  onSort: (column: SortKey) => void;
  onBulk: (bulk: BulkRequest) => void;
  canChange: boolean;
  empty: ReactNode;
}

const ConnectionTiles = lazyComponent(async () => (await import("./ConnectionTiles")).ConnectionTiles);

const LIST_ID = "list";

/** A selector of what the keyboard operates first in the list. */
export const LIST_START = `#${LIST_ID} :is([tabindex="0"], a)`;

/** The connections as a table or as tiles. */
export const ConnectionList = memo(function ConnectionList({
  connections,
  columns,
  settings,
  isGrid,
  sectionKey,
  sort,
  onSort,
  onBulk,
  canChange,
  empty,
}: Props) {
  const t = useMessages();
  // Nothing moves under the pointer, nor under the focus of the keyboard.
  const [isHovered, setHovered] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const ordered = useFrozenOrder(connections, isHovered || isFocused, `${sort.column} ${sort.descending}`);
  const selection = useSelection(ordered);
  const shown = useMemo(() => columns.filter((column) => isShown(column, settings)), [columns, settings]);
  const selectLabel = useCallback(({ name }: Connection) => t.fleet.select(name), [t]);
  return (
    <div
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onFocus={({ target }) => setFocused(target.matches(":focus-visible"))}
      onBlur={() => setFocused(false)}
    >
      {isGrid ? (
        <div id={LIST_ID}>
          {connections.length > 0 ? (
            <Suspense>
              <ConnectionTiles label={t.fleet.allTitle} connections={ordered} sectionKey={sectionKey} />
            </Suspense>
          ) : (
            empty
          )}
        </div>
      ) : (
        <Table
          id={LIST_ID}
          label={t.fleet.allTitle}
          rows={ordered}
          columns={shown}
          sort={sort}
          onSort={onSort}
          density={settings.density}
          selection={canChange ? selection : undefined}
          selectLabel={selectLabel}
          empty={empty}
        />
      )}
      {canChange && selection.selected.length > 0 && (
        <BulkBar
          connections={selection.selected}
          next={LIST_START}
          onAction={(action) => onBulk({ action, connections: selection.selected, onDone: selection.clear })}
          onClear={selection.clear}
        />
      )}
    </div>
  );
});
