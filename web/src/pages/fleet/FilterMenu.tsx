import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";

import type { ReactElement } from "react";

import { useFleet } from "../../api/fleet";
import type { FleetSearch } from "../../app/routes";
import { useWords } from "../../i18n/language";
import { tally } from "../../util/select";
import { SHOWN, shown } from "../../util/state";
import classes from "./FilterMenu.module.css";

/** This many codes and versions are offered; the filter's text finds the others. */
const OFFERED = 12;

interface Choosing {
  search: FleetSearch;
  onChange: (change: Partial<Record<keyof FleetSearch, unknown>>) => void;
}

/** Chooses among what there is: states, reasons, versions, each with its number. */
export function FilterMenu({ button, ...choosing }: Choosing & { button: ReactElement }) {
  return (
    <Menu position="bottom-start" width={300} shadow="md" alignItemsLabels="all" keepMounted={false}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown className={classes.dropdown}>
        <Choices {...choosing} />
      </Menu.Dropdown>
    </Menu>
  );
}

function Choices({ search, onChange }: Choosing) {
  const words = useWords();
  const { byId } = useFleet();
  const states = tally(byId.values(), shown);
  const parts = [
    {
      key: "state",
      title: words.fleet.state,
      values: SHOWN.flatMap((state) => states.filter(([value]) => value === state)),
      say: (value: string) => words.states[value as keyof typeof words.states],
    },
    {
      key: "code",
      title: words.fleet.reason,
      values: tally(byId.values(), ({ status }) => status?.error?.code),
      say: (value: string) => value,
    },
    {
      key: "version",
      title: words.fleet.version,
      values: tally(byId.values(), ({ broker }) => broker?.version),
      say: (value: string) => value,
    },
  ] as const;
  return parts
    .filter(({ values }) => values.length > 0)
    .map(({ key, title, values, say }) => (
      <div key={key} role="group" aria-label={title}>
        <Menu.Label>{title}</Menu.Label>
        {values.slice(0, OFFERED).map(([value, count]) => {
          const isChosen = search[key] === value;
          return (
            <Menu.CheckboxItem
              key={value}
              checked={isChosen}
              checkIcon={<IconCheck size={14} className={classes.check} />}
              rightSection={<span className={classes.count}>{count}</span>}
              onChange={() => onChange({ [key]: isChosen ? undefined : value })}
            >
              <span className={classes.value}>{say(value)}</span>
            </Menu.CheckboxItem>
          );
        })}
      </div>
    ));
}
