import type { Connection } from "../api/schema";
import { splitWords } from "../util/text-search";
import { hasExpiringCertificate } from "./certificate-expiry";
import type { DisplayState } from "./display-state";
import { displayState } from "./display-state";
import { failureAddress } from "./failure-groups";

/** Which connections to list, as the URL holds it. */
export interface ConnectionFilter {
  /** Words that all have to occur in the name, URL, id, version, failure code, failure message or address. */
  readonly q?: string | undefined;
  readonly state?: DisplayState | undefined;
  readonly code?: string | undefined;
  readonly version?: string | undefined;
  /** Those with a certificate that expires within 30 days. */
  readonly cert?: "expiring" | undefined;
}

/** The connections that match a filter. `now` is in milliseconds since 1970. */
export function filterConnections(all: Iterable<Connection>, filter: ConnectionFilter, now = 0): Connection[] {
  const words = splitWords(filter.q);
  const matching: Connection[] = [];
  for (const connection of all) {
    if (filter.state && displayState(connection) !== filter.state) continue;
    if (filter.code && connection.status?.error?.code !== filter.code) continue;
    if (filter.version && connection.broker?.version !== filter.version) continue;
    if (filter.cert && !hasExpiringCertificate(connection, now)) continue;
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
    const error = status?.error;
    text = [name, url, id, broker?.version, error?.code, error?.message, failureAddress(error), error?.issuer]
      .filter(Boolean)
      .join("\n")
      .toLowerCase();
    searchTexts.set(connection, text);
  }
  return text;
}
