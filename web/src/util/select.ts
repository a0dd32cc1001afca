import type { Connection } from "../api/schema";
import type { Shown } from "./state";
import { SHOWN, shown } from "./state";

/** What to look at, as it stands in the URL. */
export interface Selection {
  /** Words that all have to occur in the name, the URL, the id, the version, the code or the reason. */
  readonly q?: string | undefined;
  readonly state?: Shown | undefined;
  readonly code?: string | undefined;
  readonly version?: string | undefined;
}

export const SORTS = ["state", "name", "since"] as const;
export type Sort = (typeof SORTS)[number];

function split(query: string | undefined): string[] {
  return (query ?? "").toLowerCase().split(/\s+/).filter(Boolean);
}

/** Whether all words of a query occur somewhere in a text. */
export function holdsWords(text: string, query: string): boolean {
  const lower = text.toLowerCase();
  return split(query).every((word) => lower.includes(word));
}

/** The connections one wants to look at. */
export function select(all: Iterable<Connection>, selection: Selection): Connection[] {
  const words = split(selection.q);
  const picked: Connection[] = [];
  for (const connection of all) {
    if (selection.state && shown(connection) !== selection.state) continue;
    if (selection.code && connection.status?.error?.code !== selection.code) continue;
    if (selection.version && connection.broker?.version !== selection.version) continue;
    if (words.length > 0 && !words.every((word) => text(connection).includes(word))) continue;
    picked.push(connection);
  }
  return picked;
}

// Made once per version of a connection: ten thousand of them are searched at each key.
const texts = new WeakMap<Connection, string>();

function text(connection: Connection): string {
  let found = texts.get(connection);
  if (found === undefined) {
    const { id, name, url, status, broker } = connection;
    found = [name, url, id, broker?.version, status?.error?.code, status?.error?.message]
      .filter(Boolean)
      .join("\n")
      .toLowerCase();
    texts.set(connection, found);
  }
  return found;
}

// `localeCompare` makes a collator each time; one collator sorts ten thousand names twenty times faster.
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

const rank = Object.fromEntries(SHOWN.map((state, index) => [state, index])) as Record<Shown, number>;

/** What comes first by which, as a number; names decide among equals. */
const firsts: Record<Sort, (connection: Connection) => number> = {
  state: (connection) => rank[shown(connection)],
  name: () => 0,
  since: ({ status }) => -(status?.timestamp ?? 0),
};

/** Sorts what is {@link inNameOrder} already: among equals it stays so. */
export function sort(named: readonly Connection[], by: Sort, descending: boolean): Connection[] {
  // Reckoned once for each, and not at each comparison.
  const keyed = named.map((connection) => ({ connection, first: firsts[by](connection) }));
  keyed.sort((a, b) => a.first - b.first);
  if (descending) keyed.reverse();
  return keyed.map(({ connection }) => connection);
}

type Fleet = ReadonlyMap<string, Connection>;
let latest: { fleet: Fleet; named: readonly Connection[] } = { fleet: new Map(), named: [] };

/**
 * A fleet in the order of its names. Statuses change many times a second and names hardly ever: who
 * stands where is kept from one call to the next. A fleet is never changed, but follows another: of
 * the same one there is the same answer.
 */
export function inNameOrder(fleet: Fleet): readonly Connection[] {
  if (fleet !== latest.fleet) latest = { fleet, named: follow(latest.named, fleet) ?? anew(fleet) };
  return latest.named;
}

/** The fleet in the order of an earlier one, if it has the same connections of the same names. */
function follow(earlier: readonly Connection[], fleet: Fleet): Connection[] | undefined {
  if (earlier.length !== fleet.size) return undefined;
  const named: Connection[] = [];
  for (const { id, name } of earlier) {
    const connection = fleet.get(id);
    if (connection?.name !== name) return undefined;
    named.push(connection);
  }
  return named;
}

function anew(fleet: Fleet): Connection[] {
  return [...fleet.values()].toSorted((a, b) => collator.compare(a.name, b.name));
}

/** How many connections have each value of something, the most frequent first. */
export function tally(all: Iterable<Connection>, of: (connection: Connection) => string | undefined) {
  const counts = new Map<string, number>();
  for (const connection of all) {
    const value = of(connection);
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].toSorted(([a, m], [b, n]) => n - m || collator.compare(a, b));
}

/** How many there are of each. */
export function count(all: Iterable<Connection>): Record<Shown, number> {
  const counts: Record<Shown, number> = { down: 0, unreadable: 0, connecting: 0, online: 0, idle: 0 };
  for (const connection of all) counts[shown(connection)] += 1;
  return counts;
}

/** Connections that fail in the same way. */
export interface Trouble {
  readonly code: string;
  /** The reason of the one that fails longest. */
  readonly message: string;
  /** Since when the first of them fails, milliseconds since 1970. */
  readonly since: number;
  /** Whether the first of them began to fail then, or was found failing. */
  readonly isSinceKnown: boolean;
  /** Those it hit, the longest failing first. */
  readonly connections: readonly Connection[];
}

/** What is wrong, the most frequent first. */
export function troubles(all: Iterable<Connection>): Trouble[] {
  const byCode = new Map<string, Connection[]>();
  for (const connection of all) {
    const code = connection.status?.error?.code;
    if (!code) continue;
    const alike = byCode.get(code);
    if (alike) alike.push(connection);
    else byCode.set(code, [connection]);
  }
  return [...byCode]
    .map(([code, connections]) => {
      connections.sort((a, b) => (a.status?.timestamp ?? 0) - (b.status?.timestamp ?? 0));
      const first = connections[0]?.status;
      const message = first?.error?.message ?? code;
      return { code, message, since: first?.timestamp ?? 0, isSinceKnown: first?.sinceKnown ?? true, connections };
    })
    .toSorted((a, b) => b.connections.length - a.connections.length || a.code.localeCompare(b.code));
}
