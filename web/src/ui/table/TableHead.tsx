import { UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";

import type { useSelection } from "../../hooks/use-selection";
import { useMessages } from "../../i18n/language";
import { Checkbox } from "../Checkbox";
import type { Column, Sort } from "./column";
import classes from "./Table.module.css";

/** The id of the column of checkboxes. */
export const CHECKBOX_COLUMN = "select";

interface Props<T extends { readonly id: string }, Id extends string> {
  columns: readonly Column<T, Id>[];
  sort: Sort<Id>;
  onSort: (column: Id) => void;
  selection: ReturnType<typeof useSelection<T>> | undefined;
  /** The column whose title the Tab key leads to. */
  activeColumn: string | undefined;
}

/** The titles of the columns; those of columns that can be sorted are buttons. */
export function TableHead<T extends { readonly id: string }, Id extends string>({
  columns,
  sort,
  onSort,
  selection,
  activeColumn,
}: Props<T, Id>) {
  const t = useMessages();
  const tabIndexOf = (column: string) => (column === activeColumn ? 0 : -1);
  return (
    <div className={classes.head} role="row" aria-rowindex={1}>
      {selection && (
        <div role="columnheader" data-column={CHECKBOX_COLUMN} className={classes.cell} aria-label={t.table.selection}>
          <Checkbox
            aria-label={t.fleet.selectAll}
            tabIndex={tabIndexOf(CHECKBOX_COLUMN)}
            checked={selection.isAll}
            isIndeterminate={!selection.isAll && selection.selected.length > 0}
            onChange={selection.toggleAll}
          />
        </div>
      )}
      {columns.map(({ id, title, align, isSortable }) => {
        const isSorted = sort.column === id;
        const tabIndex = tabIndexOf(id);
        return (
          <div
            key={id}
            role="columnheader"
            className={classes.cell}
            data-column={id}
            data-align={align}
            aria-sort={isSortable ? (isSorted ? (sort.descending ? "descending" : "ascending") : "none") : undefined}
            tabIndex={isSortable ? undefined : tabIndex}
          >
            {isSortable ? (
              <UnstyledButton
                className={classes.sort}
                data-sorted={isSorted || undefined}
                tabIndex={tabIndex}
                title={t.fleet.sortBy(title)}
                onClick={() => onSort(id)}
              >
                {title}
                {isSorted && (sort.descending ? <IconArrowDown size={14} /> : <IconArrowUp size={14} />)}
              </UnstyledButton>
            ) : (
              title
            )}
          </div>
        );
      })}
    </div>
  );
}
