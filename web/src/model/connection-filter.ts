import type { Connection } from "../api/schema";
import { splitWords } from "../util/text-search";
import type { DisplayState } from "./display-state";
import { displayState } from "./display-state";
import { failureTarget } from "./failure-groups";

/** Which connections to list, as the URL holds it. */
export interface ConnectionFilter {
  /** Words that all have to occur in the name, URL, id, version, failure code, failure message or address. */
  readonly q?: string | undefined;
  readonly state?: DisplayState | undefined;
  readonly code?: string | undefined;
  readonly version?: string | undefined;
}

export function filterConnections(all: Iterable<Connection>, filter: ConnectionFilter): Connection[] {
  const words = splitWords(filter.q);
  const matching: Connection[] = [];
  for (const connection of all) {
    if (filter.state && displayState(connection) !== filter.state) continue;
    if (filter.code && connection.status?.error?.code !== filter.code) continue;
    if (filter.version && connection.broker?.version !== filter.version) continue;
    if (words.length > 0 && !words.every((word) => searchText(connection).includes(word))) continue;
    matching.push(connection);
  }
  return matching;
}

// Cached per version of a connection: every keystroke searches up to ten thousand of them.
const searchTexts = new WeakMap<Connection, string>();

function searchText(connection: Connection): string {
  let text = searchTexts.get(connection);
  if (text === undefined) {
    const { id, name, url, status, broker } = connection;
    text = [name, url, id, broker?.version, status?.error?.code, status?.error?.message, failureTarget(status?.error)]
      .filter(Boolean)
      .join("\n")
      .toLowerCase();
    searchTexts.set(connection, text);
  }
  return text;
}
