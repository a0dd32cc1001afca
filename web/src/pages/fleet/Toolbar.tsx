import { Button } from "@mantine/core";
import { IconFilter, IconLayoutGrid, IconList } from "@tabler/icons-react";
import type { ReactNode, RefObject } from "react";
import { useId, useRef } from "react";

import { lazyComponent } from "../../api/lazy-component";
import { useMessages } from "../../i18n/language";
import type { FleetSearch } from "../../model/fleet-search";
import { labelTerms } from "../../model/label-selector";
import { Chip } from "../../ui/Chip";
import { FilterField } from "../../ui/FilterField";
import type { MenuButtonProps } from "../../ui/menu/MenuButton";
import { MenuButton } from "../../ui/menu/MenuButton";
import classes from "./Toolbar.module.css";

interface Props {
  search: FleetSearch;
  onChange: (change: FleetSearch) => void;
  /** The text of the filter, which the URL follows. */
  text: string;
  onText: (text: string) => void;
  onTextDone: (text: string) => void;
  /** The menu of the view. */
  children: ReactNode;
}

/** Filter and view. */
export function Toolbar({ search, onChange, text, onText, onTextDone, children }: Props) {
  const t = useMessages();
  const field = useRef<HTMLInputElement>(null);
  return (
    <div className={classes.toolbar}>
      <FilterField field={field} label={t.fleet.filter} text={text} onText={onText} onTextDone={onTextDone} />
      <MenuButton
        renderButton={(props) => <FilterButton {...props} />}
        renderMenu={(anchor) => <FilterMenu anchor={anchor} search={search} onChange={onChange} />}
      />
      {search.code && <FilterChip field={field} text={search.code} onRemove={() => onChange({ code: undefined })} />}
      {search.pluginOff !== undefined && (
        <FilterChip
          field={field}
          text={search.pluginOff ? t.fleet.pluginOff : t.fleet.otherReason}
          onRemove={() => onChange({ pluginOff: undefined })}
        />
      )}
      {search.version && (
        <FilterChip field={field} text={search.version} onRemove={() => onChange({ version: undefined })} />
      )}
      {search.state && (
        <FilterChip field={field} text={t.states[search.state]} onRemove={() => onChange({ state: undefined })} />
      )}
      {labelTerms(search.label).map((term, _, terms) => (
        <FilterChip
          key={term}
          field={field}
          text={term}
          onRemove={() => onChange({ label: terms.filter((each) => each !== term).join() || undefined })}
        />
      ))}
      {search.cert && (
        <FilterChip field={field} text={t.fleet.expiringCertificates} onRemove={() => onChange({ cert: undefined })} />
      )}
      <div className={classes.view}>
        <ViewChoice
          isGrid={search.view === "grid"}
          onChange={(isGrid) => onChange({ view: isGrid ? "grid" : undefined })}
        />
        {children}
      </div>
    </div>
  );
}

const FilterMenu = lazyComponent(async () => (await import("./FilterMenu")).FilterMenu);

function FilterButton(props: MenuButtonProps) {
  const t = useMessages();
  return (
    <Button variant="default" leftSection={<IconFilter size={16} />} {...props}>
      {t.fleet.choose}
    </Button>
  );
}

/** Looks like Mantine's segmented control, whose indicator measures the page at each start. */
function ViewChoice({ isGrid, onChange }: { isGrid: boolean; onChange: (isGrid: boolean) => void }) {
  const t = useMessages();
  const name = useId();
  const choices = [
    { isOn: !isGrid, label: t.fleet.table, icon: IconList },
    { isOn: isGrid, label: t.fleet.grid, icon: IconLayoutGrid },
  ];
  return (
    <div role="radiogroup" aria-label={t.fleet.view} className={classes.choices}>
      {choices.map(({ isOn, label, icon: Icon }) => (
        <label key={label} className={classes.choice}>
          <input type="radio" name={name} checked={isOn} onChange={() => onChange(!isGrid)} />
          <Icon size={16} aria-label={label} />
        </label>
      ))}
    </div>
  );
}

interface FilterChipProps {
  /** The field of the filter. */
  field: RefObject<HTMLInputElement | null>;
  text: string;
  onRemove: () => void;
}

function FilterChip({ field, text, onRemove }: FilterChipProps) {
  const t = useMessages();
  return <Chip next={field} text={text} label={`${t.fleet.clearFilter}: ${text}`} onRemove={onRemove} />;
}
