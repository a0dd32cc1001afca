import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";

import { useFleet } from "../../api/fleet";
import { useMessages } from "../../i18n/language";
import { countValues } from "../../model/connection-counts";
import { DISPLAY_STATES, displayState } from "../../model/display-state";
import type { FleetSearch } from "../../model/fleet-search";
import { labelTerms } from "../../model/label-selector";
import { countLabels } from "../../model/labels";
import type { MenuAnchor } from "../../ui/menu/AnchoredMenu";
import { AnchoredMenu } from "../../ui/menu/AnchoredMenu";
import classes from "./FilterMenu.module.css";

/** The most codes, versions, keys and values of labels to offer; the text filter finds the others. */
const MAX_VALUES = 12;

interface ChoiceProps {
  search: FleetSearch;
  onChange: (change: FleetSearch) => void;
}

/** Filters by the states, failure codes, versions and labels that occur, each with its number of connections. */
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
  const terms = labelTerms(search.label);
  const toggleLabel = (key: string, term: string) => {
    const others = terms.filter((each) => each !== term && !each.startsWith(`${key}=`));
    onChange({ label: (terms.includes(term) ? others : [...others, term]).join() || undefined });
  };
  return (
    <>
      {groups.map(({ key, title, values, label }) => (
        <Group
          key={key}
          title={title}
          values={values}
          label={label}
          isChosen={(value) => search[key] === value}
          onToggle={(value) => onChange({ [key]: search[key] === value ? undefined : value })}
        />
      ))}
      {[...countLabels(byId.values())].slice(0, MAX_VALUES).map(([key, values]) => (
        <Group
          key={`label ${key}`}
          title={key}
          values={[...values]}
          label={(value) => value || `${key}=`}
          isChosen={(value) => terms.includes(`${key}=${value}`)}
          onToggle={(value) => toggleLabel(key, `${key}=${value}`)}
        />
      ))}
    </>
  );
}

interface GroupProps {
  title: string;
  values: readonly (readonly [string, number])[];
  label: (value: string) => string;
  isChosen: (value: string) => boolean;
  onToggle: (value: string) => void;
}

function Group({ title, values, label, isChosen, onToggle }: GroupProps) {
  if (values.length === 0) return null;
  return (
    <div role="group" aria-label={title}>
      <Menu.Label>{title}</Menu.Label>
      {values.slice(0, MAX_VALUES).map(([value, count]) => (
        <Menu.CheckboxItem
          key={value}
          checked={isChosen(value)}
          checkIcon={<IconCheck size={14} className={classes.check} />}
          rightSection={<span className={classes.count}>{count}</span>}
          onChange={() => onToggle(value)}
        >
          <span className={classes.value}>{label(value)}</span>
        </Menu.CheckboxItem>
      ))}
    </div>
  );
}
