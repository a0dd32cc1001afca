import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";

import type { Density, TableSettings } from "../../hooks/table-settings";
import { useMessages } from "../../i18n/language";
import type { MenuAnchor } from "../menu/AnchoredMenu";
import { AnchoredMenu } from "../menu/AnchoredMenu";
import type { Column } from "./column";
import { isShown } from "./column";

const DENSITIES: readonly Density[] = ["comfortable", "compact"];

interface Props<T> {
  columns: readonly Column<T>[];
  settings: TableSettings;
  onChange: (change: Partial<TableSettings>) => void;
  anchor: MenuAnchor;
  /** More items. */
  children?: ReactNode;
}

/** Chooses the columns of a table and the height of its rows. */
export function TableMenu<T>({ columns, settings, onChange, anchor, children }: Props<T>) {
  const t = useMessages();
  const check = <IconCheck size={14} />;
  return (
    <AnchoredMenu anchor={anchor} position="bottom-end" width={240} alignItemsLabels="all" keepMounted={false}>
      <Menu.Dropdown>
        <div role="group" aria-label={t.table.columns}>
          <Menu.Label>{t.table.columns}</Menu.Label>
          {columns
            .filter(({ isRowHeader }) => !isRowHeader)
            .map((column) => (
              <Menu.CheckboxItem
                key={column.id}
                checkIcon={check}
                checked={isShown(column, settings)}
                onChange={(isChecked) => onChange({ columns: { ...settings.columns, [column.id]: isChecked } })}
              >
                {column.title}
              </Menu.CheckboxItem>
            ))}
        </div>
        <Menu.Divider />
        <div role="group" aria-label={t.table.density}>
          <Menu.Label>{t.table.density}</Menu.Label>
          {DENSITIES.map((density) => (
            <Menu.RadioItem
              key={density}
              value={density}
              checkIcon={check}
              checked={settings.density === density}
              onChange={() => onChange({ density })}
            >
              {t.table.densities[density]}
            </Menu.RadioItem>
          ))}
        </div>
        {children}
      </Menu.Dropdown>
    </AnchoredMenu>
  );
}
