import type { ConnectionFilter } from "./connection-filter";
import type { SortKey } from "./connection-sort";
import { SORT_KEYS } from "./connection-sort";
import { DISPLAY_STATES } from "./display-state";

/** The search parameters of the fleet page: filter, order and view, so that a URL can be shared. */
export interface FleetSearch extends ConnectionFilter {
  readonly sort?: SortKey | undefined;
  /** Descending. */
  readonly down?: boolean | undefined;
  readonly view?: "grid" | undefined;
  /** The key of the label by whose values the grid has sections. */
  readonly by?: string | undefined;
}

/** Whether a filter is set. */
export function isFiltered({ q, state, code, pluginOff, version, label, cert }: ConnectionFilter): boolean {
  return [q, state, code, pluginOff, version, label, cert].some((value) => value !== undefined);
}

/** Reads search parameters, which may hold anything; what is not valid is left out. */
export function parseFleetSearch(params: Record<string, unknown>): FleetSearch {
  const text = (key: string) => {
    const value = params[key];
    // The router parses `?q=1883` as a number; a filter is text.
    return value === undefined || value === "" ? {} : { [key]: String(value) };
  };
  const state = DISPLAY_STATES.find((each) => each === params["state"]);
  const sort = SORT_KEYS.find((each) => each === params["sort"]);
  return {
    ...text("q"),
    ...text("code"),
    ...text("version"),
    ...text("label"),
    ...text("by"),
    ...(state && { state }),
    ...(typeof params["pluginOff"] === "boolean" && { pluginOff: params["pluginOff"] }),
    ...(params["cert"] === "expiring" && { cert: "expiring" }),
    ...(sort && { sort }),
    ...(params["down"] === true && { down: true }),
    ...(params["view"] === "grid" && { view: "grid" }),
  };
}
