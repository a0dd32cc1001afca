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

type Compare = (a: Connection, b: Connection) => number;

/** What comes first by which, as a number; names decide among equals. */
const firsts: Record<Sort, (connection: Connection) => number> = {
  state: (connection) => rank[shown(connection)],
  name: () => 0,
  since: ({ status }) => -(status?.timestamp ?? 0),
};

const byCollator: Compare = (a, b) => collator.compare(a.name, b.name);

/** Sorted; `byName` compares names in a quicker way where there is one, see {@link namesOf}. */
export function sort(
  connections: readonly Connection[],
  by: Sort,
  descending: boolean,
  byName: Compare = byCollator,
): Connection[] {
  const direction = descending ? -1 : 1;
  // Reckoned once for each, and not at each comparison.
  const keyed = connections.map((connection) => ({ connection, first: firsts[by](connection) }));
  keyed.sort((a, b) => direction * (a.first - b.first || byName(a.connection, b.connection)));
  return keyed.map(({ connection }) => connection);
}

let fleet: ReadonlyMap<string, Connection> = new Map();
let names: ReadonlyMap<string, string> = new Map();
let places: ReadonlyMap<string, number> = new Map();

/**
 * Compares connections of a fleet by name. Statuses change many times a second and names hardly ever:
 * their order is kept from one call to the next, so that sorting ten thousand takes two milliseconds
 * instead of forty. A fleet is never changed, but follows another: the same one has the same names.
 */
export function namesOf(byId: ReadonlyMap<string, Connection>): Compare {
  const isKnown = byId === fleet;
  fleet = byId;
  if (!isKnown && namesDiffer(byId)) {
    const sorted = [...byId.values()].toSorted(byCollator);
    names = new Map(sorted.map(({ id, name }) => [id, name]));
    places = new Map(sorted.map(({ id }, place) => [id, place]));
  }
  const kept = places;
  return (a, b) => (kept.get(a.id) ?? 0) - (kept.get(b.id) ?? 0);
}

function namesDiffer(byId: ReadonlyMap<string, Connection>): boolean {
  if (byId.size !== names.size) return true;
  for (const { id, name } of byId.values()) if (names.get(id) !== name) return true;
  return false;
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
      return { code, message: first?.error?.message ?? code, since: first?.timestamp ?? 0, connections };
    })
    .toSorted((a, b) => b.connections.length - a.connections.length || a.code.localeCompare(b.code));
}
