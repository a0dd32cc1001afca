import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";

import { useFleet } from "../../api/fleet";
import { useMessages } from "../../i18n/language";
import { countValues } from "../../model/connection-counts";
import { DISPLAY_STATES, displayState } from "../../model/display-state";
import type { FleetSearch } from "../../model/fleet-search";
import type { MenuAnchor } from "../../ui/menu/AnchoredMenu";
import { AnchoredMenu } from "../../ui/menu/AnchoredMenu";
import classes from "./FilterMenu.module.css";

/** The most codes and versions to offer; the text filter finds the others. */
const MAX_VALUES = 12;

interface ChoiceProps {
  search: FleetSearch;
  onChange: (change: FleetSearch) => void;
}

/** Filters by the states, failure codes and versions that occur, each with its number of connections. */
export function FilterMenu({ anchor, ...choosing }: ChoiceProps & { anchor: MenuAnchor }) {
  return (
    <AnchoredMenu anchor={anchor} position="bottom-start" width={300} alignItemsLabels="all" keepMounted={false}>
      <Menu.Dropdown className={classes.dropdown}>
        <Choices {...choosing} />
      </Menu.Dropdown>
    </AnchoredMenu>
  );
}

function Choices({ search, onChange }: ChoiceProps) {
  const t = useMessages();
  const { byId } = useFleet();
  const states = countValues(byId.values(), displayState);
  const groups = [
    {
      key: "state",
      title: t.fleet.state,
      values: DISPLAY_STATES.flatMap((state) => states.filter(([value]) => value === state)),
      label: (value: string) => t.states[value as keyof typeof t.states],
    },
    {
      key: "code",
      title: t.fleet.reason,
      values: countValues(byId.values(), ({ status }) => status?.error?.code),
      label: (value: string) => value,
    },
    {
      key: "version",
      title: t.fleet.version,
      values: countValues(byId.values(), ({ broker }) => broker?.version),
      label: (value: string) => value,
    },
  ] as const;
  return groups
    .filter(({ values }) => values.length > 0)
    .map(({ key, title, values, label }) => (
      <div key={key} role="group" aria-label={title}>
        <Menu.Label>{title}</Menu.Label>
        {values.slice(0, MAX_VALUES).map(([value, count]) => {
          const isChosen = search[key] === value;
          return (
            <Menu.CheckboxItem
              key={value}
              checked={isChosen}
              checkIcon={<IconCheck size={14} className={classes.check} />}
              rightSection={<span className={classes.count}>{count}</span>}
              onChange={() => onChange({ [key]: isChosen ? undefined : value })}
            >
              <span className={classes.value}>{label(value)}</span>
            </Menu.CheckboxItem>
          );
        })}
      </div>
    ));
}
