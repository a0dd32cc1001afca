import type { ReactNode } from "react";
import { useState } from "react";

import { useFrozenOrder } from "../../hooks/use-frozen-order";
import type { Column, Sort } from "./column";
import { Table } from "./Table";

interface Props<T extends { readonly id: string }, Id extends string> {
  id: string;
  label: string;
  /** In their order. */
  rows: readonly T[];
  columns: readonly Column<T, Id>[];
  sort: Sort<Id>;
  onSort: (column: Id) => void;
  /** Replaces the rows if there are none. */
  empty: ReactNode;
}

/** A table without a selection, in which nothing moves under the pointer, nor under the focus of the keyboard. */
export function ListTable<T extends { readonly id: string }, Id extends string>({
  rows,
  sort,
  ...table
}: Props<T, Id>) {
  const [isHovered, setHovered] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const ordered = useFrozenOrder(rows, isHovered || isFocused, `${sort.column} ${sort.descending}`);
  return (
    <div
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onFocus={({ target }) => setFocused(target.matches(":focus-visible"))}
      onBlur={() => setFocused(false)}
    >
      <Table
        {...table}
        rows={ordered}
        sort={sort}
        density="comfortable"
        selection={undefined}
        selectLabel={({ id }) => id}
      />
    </div>
  );
}
