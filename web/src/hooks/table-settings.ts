import { useCallback, useSyncExternalStore } from "react";

import { savePreferences } from "../api/preferences";
import { Store } from "../util/store";

export type Density = "comfortable" | "compact";

/** How a user wants to see a table; what is missing is as the table has it. */
export interface TableSettings {
  /** By the id of a column: whether it is shown. */
  readonly columns: Readonly<Record<string, boolean>>;
  readonly density: Density;
  readonly sort?: { readonly column: string; readonly descending: boolean };
}

const DEFAULT: TableSettings = { columns: {}, density: "comfortable" };

const stores = new Map<string, Store<TableSettings>>();

function storeOf(table: string): Store<TableSettings> {
  let store = stores.get(table);
  if (!store) stores.set(table, (store = new Store(parseTableSettings(localStorage.getItem(keyOf(table))))));
  return store;
}

const keyOf = (table: string) => `haltere.table.${table}`;

/** Applies the settings of a table that were chosen in another browser. */
export function applyTableSettings(table: string, settings: unknown): void {
  keep(table, parseTableSettings(JSON.stringify(settings)));
}

/** Keeps the settings of a table in this browser. */
function keep(table: string, settings: TableSettings): void {
  localStorage.setItem(keyOf(table), JSON.stringify(settings));
  storeOf(table).set(settings);
}

/** The settings of a table, and how to change them. */
export function useTableSettings(table: string): readonly [TableSettings, (change: Partial<TableSettings>) => void] {
  const store = storeOf(table);
  const settings = useSyncExternalStore(store.subscribe, store.get);
  const change = useCallback(
    (part: Partial<TableSettings>) => {
      const changed = { ...store.get(), ...part };
      keep(table, changed);
      savePreferences({ tables: { [table]: changed } });
    },
    [store, table],
  );
  return [settings, change];
}

/** Reads stored settings, which may be those of another version or no settings at all. */
export function parseTableSettings(stored: string | null): TableSettings {
  const { columns, density, sort } = parseObject(stored);
  const { column, descending } = isObject(sort) ? sort : {};
  return {
    columns: Object.fromEntries(
      Object.entries(isObject(columns) ? columns : {}).filter(
        (entry): entry is [string, boolean] => typeof entry[1] === "boolean",
      ),
    ),
    density: density === "compact" ? density : DEFAULT.density,
    ...(typeof column === "string" && { sort: { column, descending: descending === true } }),
  };
}

function parseObject(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
