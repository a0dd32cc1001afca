import { Menu } from "@mantine/core";
import { IconCheck, IconDownload } from "@tabler/icons-react";

import type { Connection } from "../../api/schema";
import type { TableSettings } from "../../hooks/table-settings";
import { useMessages } from "../../i18n/language";
import type { FleetSearch } from "../../model/fleet-search";
import { countLabels } from "../../model/labels";
import type { MenuAnchor } from "../../ui/menu/AnchoredMenu";
import type { Column } from "../../ui/table/column";
import { csvRecords, isShown } from "../../ui/table/column";
import { TableMenu } from "../../ui/table/TableMenu";
import { toCsv } from "../../util/csv";
import { saveFile } from "../../util/save-file";

interface Props {
  columns: readonly Column<Connection>[];
  settings: TableSettings;
  onChange: (change: Partial<TableSettings>) => void;
  /** The connections of the list, in its order. */
  connections: readonly Connection[];
  search: FleetSearch;
  onSearch: (change: FleetSearch) => void;
  anchor: MenuAnchor;
}

/** How the list looks, and the list as a CSV file: its rows and the chosen columns. */
export function ViewMenu({ columns, settings, onChange, connections, search, onSearch, anchor }: Props) {
  const t = useMessages();
  const download = () => {
    const records = csvRecords(
      columns.filter((column) => isShown(column, settings)),
      connections,
    );
    const day = new Date().toISOString().slice(0, 10);
    saveFile(new Blob([toCsv(records)], { type: "text/csv;charset=utf-8" }), `haltere-fleet-${day}.csv`);
  };
  return (
    <TableMenu columns={columns} settings={settings} onChange={onChange} anchor={anchor}>
      {search.view === "grid" && <SectionChoice connections={connections} search={search} onSearch={onSearch} />}
      <Menu.Divider />
      <Menu.Item leftSection={<IconDownload size={14} />} onClick={download}>
        {t.fleet.downloadCsv(connections.length)}
      </Menu.Item>
    </TableMenu>
  );
}

/** The most keys of labels to offer. */
const MAX_KEYS = 12;

/** Chooses the key of labels by whose values the grid has sections. */
function SectionChoice({ connections, search, onSearch }: Pick<Props, "connections" | "search" | "onSearch">) {
  const { fleet } = useMessages();
  const keys = [...countLabels(connections).keys()].slice(0, MAX_KEYS);
  if (keys.length === 0) return null;
  return (
    <div role="group" aria-label={fleet.sections}>
      <Menu.Divider />
      <Menu.Label>{fleet.sections}</Menu.Label>
      {[undefined, ...keys].map((key) => (
        <Menu.RadioItem
          key={key ?? ""}
          value={key ?? ""}
          checkIcon={<IconCheck size={14} />}
          checked={search.by === key}
          onChange={() => onSearch({ by: key })}
        >
          {key ?? fleet.noSections}
        </Menu.RadioItem>
      ))}
    </div>
  );
}
