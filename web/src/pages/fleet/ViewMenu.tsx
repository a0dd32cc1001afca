import { Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";

import type { Connection } from "../../api/schema";
import type { TableSettings } from "../../hooks/table-settings";
import { useMessages } from "../../i18n/language";
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
  anchor: MenuAnchor;
}

/** How the list looks, and the list as a CSV file: its rows and the chosen columns. */
export function ViewMenu({ columns, settings, onChange, connections, anchor }: Props) {
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
      <Menu.Divider />
      <Menu.Item leftSection={<IconDownload size={14} />} onClick={download}>
        {t.fleet.downloadCsv(connections.length)}
      </Menu.Item>
    </TableMenu>
  );
}
