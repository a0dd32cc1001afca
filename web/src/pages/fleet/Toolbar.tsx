import { Button, CloseButton, TextInput, UnstyledButton } from "@mantine/core";
import { IconFilter, IconLayoutGrid, IconList, IconSearch, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { startTransition, useId, useOptimistic, useRef } from "react";

import { lazyComponent } from "../../api/lazy-component";
import { useShortcuts } from "../../hooks/use-shortcuts";
import { useMessages } from "../../i18n/language";
import type { FleetSearch } from "../../model/fleet-search";
import { labelTerms } from "../../model/label-selector";
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

/** Filter and view. The key `/` focuses the filter. */
export function Toolbar({ search, onChange, text, onText, onTextDone, children }: Props) {
  const t = useMessages();
  return (
    <div className={classes.toolbar}>
      <FilterField text={text} onText={onText} onTextDone={onTextDone} />
      <MenuButton
        renderButton={(props) => <FilterButton {...props} />}
        renderMenu={(anchor) => <FilterMenu anchor={anchor} search={search} onChange={onChange} />}
      />
      {search.code && <Chip text={search.code} onRemove={() => onChange({ code: undefined })} />}
      {search.version && <Chip text={search.version} onRemove={() => onChange({ version: undefined })} />}
      {search.state && <Chip text={t.states[search.state]} onRemove={() => onChange({ state: undefined })} />}
      {labelTerms(search.label).map((term, _, terms) => (
        <Chip
          key={term}
          text={term}
          onRemove={() => onChange({ label: terms.filter((each) => each !== term).join() || undefined })}
        />
      ))}
      {search.cert && <Chip text={t.fleet.expiringCertificates} onRemove={() => onChange({ cert: undefined })} />}
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

/** Shows a key at once; the page follows in a transition, which later keys interrupt. */
function FilterField({ text, onText, onTextDone }: Pick<Props, "text" | "onText" | "onTextDone">) {
  const t = useMessages();
  const [shown, setShown] = useOptimistic(text);
  const field = useRef<HTMLInputElement>(null);
  useShortcuts([["/", () => field.current?.focus()]]);
  const change = (to: string) =>
    startTransition(() => {
      setShown(to);
      onText(to);
    });
  return (
    <TextInput
      ref={field}
      className={classes.filter}
      type="search"
      aria-label={t.fleet.filter}
      placeholder={t.fleet.filter}
      leftSection={<IconSearch size={16} />}
      rightSection={
        shown ? <CloseButton size="sm" aria-label={t.fleet.clearFilter} onClick={() => change("")} /> : null
      }
      value={shown}
      onChange={(event) => change(event.currentTarget.value)}
      onBlur={() => onTextDone(shown)}
      onKeyDown={(event) => event.key === "Escape" && change("")}
    />
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

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  const t = useMessages();
  return (
    <UnstyledButton className={classes.chip} aria-label={`${t.fleet.clearFilter}: ${text}`} onClick={onRemove}>
      {text}
      <IconX size={14} aria-hidden />
    </UnstyledButton>
  );
}
