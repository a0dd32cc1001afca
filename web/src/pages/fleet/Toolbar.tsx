import type { ButtonProps } from "@mantine/core";
import { Button, CloseButton, SegmentedControl, TextInput, UnstyledButton } from "@mantine/core";
import { IconFilter, IconLayoutGrid, IconList, IconSearch, IconX } from "@tabler/icons-react";
import type { Ref } from "react";
import { Suspense, lazy, useRef } from "react";

import type { FleetSearch } from "../../app/routes";
import { useKeys } from "../../hooks/use-keys";
import { useWords } from "../../i18n/language";
import classes from "./Toolbar.module.css";

interface Props {
  search: FleetSearch;
  onChange: (change: Partial<Record<keyof FleetSearch, unknown>>) => void;
}

/** Filter and view. `/` jumps to the filter. */
export function Toolbar({ search, onChange }: Props) {
  const words = useWords();
  const filter = useRef<HTMLInputElement>(null);
  useKeys([["/", () => filter.current?.focus()]]);
  return (
    <div className={classes.toolbar}>
      <TextInput
        ref={filter}
        className={classes.filter}
        type="search"
        aria-label={words.fleet.filter}
        placeholder={words.fleet.filter}
        leftSection={<IconSearch size={16} />}
        rightSection={
          search.q ? (
            <CloseButton size="sm" aria-label={words.fleet.clearFilter} onClick={() => onChange({ q: undefined })} />
          ) : null
        }
        value={search.q ?? ""}
        onChange={(event) => onChange({ q: event.currentTarget.value || undefined })}
        onKeyDown={(event) => event.key === "Escape" && onChange({ q: undefined })}
      />
      <Suspense fallback={<FilterButton disabled />}>
        <FilterMenu search={search} onChange={onChange} button={<FilterButton />} />
      </Suspense>
      {search.code && <Chip text={search.code} onRemove={() => onChange({ code: undefined })} />}
      {search.version && <Chip text={search.version} onRemove={() => onChange({ version: undefined })} />}
      {search.state && <Chip text={words.states[search.state]} onRemove={() => onChange({ state: undefined })} />}
      <SegmentedControl
        className={classes.view}
        aria-label={words.fleet.view}
        value={search.view ?? "table"}
        onChange={(view) => onChange({ view: view === "grid" ? view : undefined })}
        data={[
          { value: "table", label: <IconList size={16} aria-label={words.fleet.table} /> },
          { value: "grid", label: <IconLayoutGrid size={16} aria-label={words.fleet.grid} /> },
        ]}
      />
    </div>
  );
}

const FilterMenu = lazy(() => import("./FilterMenu").then(({ FilterMenu }) => ({ default: FilterMenu })));

function FilterButton(props: ButtonProps & { ref?: Ref<HTMLButtonElement> }) {
  const words = useWords();
  return (
    <Button variant="default" leftSection={<IconFilter size={16} />} {...props}>
      {words.fleet.choose}
    </Button>
  );
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  const words = useWords();
  return (
    <UnstyledButton className={classes.chip} aria-label={`${words.fleet.clearFilter}: ${text}`} onClick={onRemove}>
      {text}
      <IconX size={14} aria-hidden />
    </UnstyledButton>
  );
}
