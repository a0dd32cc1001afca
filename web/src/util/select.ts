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

/** The connections one wants to look at. */
export function select(all: Iterable<Connection>, selection: Selection): Connection[] {
  const words = (selection.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
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

const compare: Record<Sort, (a: Connection, b: Connection) => number> = {
  state: (a, b) => rank[shown(a)] - rank[shown(b)] || byName(a, b),
  name: byName,
  since: (a, b) => (b.status?.timestamp ?? 0) - (a.status?.timestamp ?? 0) || byName(a, b),
};

function byName(a: Connection, b: Connection): number {
  return collator.compare(a.name, b.name);
}

/** Sorted. */
export function sort(connections: readonly Connection[], by: Sort, descending: boolean): Connection[] {
  const direction = descending ? -1 : 1;
  return connections.toSorted((a, b) => direction * compare[by](a, b));
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
