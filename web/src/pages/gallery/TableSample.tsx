import { Button, Group, SegmentedControl, TextInput } from "@mantine/core";
import { IconTableOptions } from "@tabler/icons-react";
import { useCallback, useMemo, useState } from "react";

import { useQueryChoice, useQueryText } from "../../components/use-query-state";
import { useTableSettings } from "../../hooks/table-settings";
import { useSelection } from "../../hooks/use-selection";
import { useTrailingText } from "../../hooks/use-trailing-text";
import type { GalleryMessages } from "../../i18n/gallery";
import { useMessages } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { MenuButton } from "../../ui/menu/MenuButton";
import type { Column, Sort } from "../../ui/table/column";
import { isShown, nextSort } from "../../ui/table/column";
import { Table } from "../../ui/table/Table";
import { TableMenu } from "../../ui/table/TableMenu";
import { sortBy } from "../../util/sort-by";
import { containsWords } from "../../util/text-search";
import type { Sample } from "./samples";
import { SAMPLES } from "./samples";

type SampleColumn = "name" | "kind" | "count";

const VALUES: Record<SampleColumn, (sample: Sample) => string | number> = {
  name: ({ name }) => name,
  kind: ({ kind }) => kind,
  count: ({ count }) => count,
};

const CONTENTS = ["rows", "loading", "empty"] as const;

export function TableSample({ texts }: { texts: GalleryMessages }) {
  const t = useMessages();
  const [content, setContent] = useQueryChoice("table", CONTENTS);
  const [query, setQuery] = useQueryText("q");
  const { text, type, saveNow } = useTrailingText(query, setQuery);
  const [settings, setSettings] = useTableSettings("gallery");
  const [sort, setSort] = useState<Sort<SampleColumn>>({ column: "name", descending: false });
  const columns = useMemo<readonly Column<Sample, SampleColumn>[]>(
    () => [
      {
        id: "name",
        title: texts.name,
        width: 10,
        grow: 1,
        isRowHeader: true,
        isSortable: true,
        cell: ({ name }) => name,
      },
      { id: "kind", title: texts.kind, width: 8, dropOrder: 1, cell: ({ kind }) => texts.kinds[kind] },
      { id: "count", title: texts.count, width: 6, isSortable: true, align: "end", cell: ({ count }) => count },
    ],
    [texts],
  );
  const rows = useMemo(
    () =>
      content === "rows"
        ? sortBy(
            SAMPLES.filter(({ name }) => containsWords(name, text)),
            VALUES[sort.column],
            sort.descending,
          )
        : [],
    [content, text, sort],
  );
  const selection = useSelection(rows);
  const shown = useMemo(() => columns.filter((column) => isShown(column, settings)), [columns, settings]);
  const selectLabel = useCallback(({ name }: Sample) => texts.select(name), [texts]);
  return (
    <Card title={texts.table}>
      <Group mb="md">
        <TextInput
          type="search"
          aria-label={texts.filter}
          placeholder={texts.filter}
          value={text}
          onChange={(event) => type(event.currentTarget.value)}
          onBlur={(event) => saveNow(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label={texts.table}
          value={content}
          onChange={(value) => setContent(value as typeof content)}
          data={CONTENTS.map((value) => ({ value, label: texts[value] }))}
        />
        <MenuButton
          renderButton={(props) => (
            <Button variant="default" leftSection={<IconTableOptions size={16} />} {...props}>
              {t.table.options}
            </Button>
          )}
          renderMenu={(anchor) => (
            <TableMenu anchor={anchor} columns={columns} settings={settings} onChange={setSettings} />
          )}
        />
      </Group>
      <Table
        label={texts.table}
        rows={rows}
        columns={shown}
        sort={sort}
        onSort={(column) => setSort(nextSort(sort, column))}
        density={settings.density}
        selection={selection}
        selectLabel={selectLabel}
        empty={texts.nothing}
        isLoading={content === "loading"}
      />
    </Card>
  );
}
