/** The search parameters of a page with a list and a panel next to it: filter, order and what is open. */
export interface ListSearch<SortKey extends string, Panel extends string> {
  readonly q?: string | undefined;
  readonly sort?: SortKey | undefined;
  /** Descending. */
  readonly down?: boolean | undefined;
  readonly show?: Panel | undefined;
}

/** Reads search parameters, which may hold anything; leaves out invalid ones. */
export function parseListSearch<SortKey extends string, Panel extends string>(
  params: Record<string, unknown>,
  sortKeys: readonly SortKey[],
  panels: readonly Panel[],
): ListSearch<SortKey, Panel> {
  const sort = sortKeys.find((each) => each === params["sort"]);
  const show = panels.find((each) => each === params["show"]);
  return {
    ...searchText(params, "q"),
    ...(sort && { sort }),
    ...(params["down"] === true && { down: true }),
    ...(show && { show }),
  };
}

/** A parameter that is text. */
export function searchText<Key extends string>(params: Record<string, unknown>, key: Key): { [K in Key]?: string } {
  const value = params[key];
  // The router parses `?user=7` as a number; a name is text.
  return (value === undefined || value === "" ? {} : { [key]: String(value) }) as { [K in Key]?: string };
}
