import type { Connection } from "../api/schema";
import type { Language } from "../i18n/language";
import type { Sentences } from "../i18n/sentences";
import { splitWords } from "../util/text-search";
import { hasExpiringCertificate } from "./certificate-expiry";
import type { DisplayState } from "./display-state";
import { displayState } from "./display-state";
import { failureAddress, isPluginOff } from "./failure-groups";
import { labelMatcher, labelTexts } from "./label-selector";

/** Which connections to list, as the URL holds it. */
export interface ConnectionFilter {
  /** Words that all have to occur in the name, URL, id, version, failure code, address, labels, or the sentence that says what failed. */
  readonly q?: string | undefined;
  readonly state?: DisplayState | undefined;
  readonly code?: string | undefined;
  /** Those that fail because the plugin `tls` is off; if false, those that fail for another reason. */
  readonly pluginOff?: boolean | undefined;
  readonly version?: string | undefined;
  /** A selector of labels, in the server's syntax. */
  readonly label?: string | undefined;
  /** Those with a certificate that expires within 30 days. */
  readonly cert?: "expiring" | undefined;
}

/** The connections that match a filter, in the language of `sentences`. `now` is in milliseconds since 1970. */
export function filterConnections(
  all: Iterable<Connection>,
  filter: ConnectionFilter,
  sentences: Sentences,
  now = 0,
): Connection[] {
  const words = splitWords(filter.q);
  const hasLabels = filter.label ? labelMatcher(filter.label) : undefined;
  const matching: Connection[] = [];
  for (const connection of all) {
    if (filter.state && displayState(connection) !== filter.state) continue;
    if (filter.code && connection.status?.error?.code !== filter.code) continue;
    if (filter.pluginOff !== undefined && !failsWithPlugin(connection, filter.pluginOff)) continue;
    if (filter.version && connection.broker?.version !== filter.version) continue;
    if (hasLabels && !hasLabels(connection)) continue;
    if (filter.cert && !hasExpiringCertificate(connection, now)) continue;
    if (words.length > 0 && !words.every((word) => searchText(connection, sentences).includes(word))) continue;
    matching.push(connection);
  }
  return matching;
}

function failsWithPlugin({ status }: Connection, isOff: boolean): boolean {
  return status?.error !== undefined && isPluginOff(status.error) === isOff;
}

// Cached per version of a connection: every keystroke searches up to ten thousand of them.
const searchTexts: Readonly<Record<Language, WeakMap<Connection, string>>> = { en: new WeakMap(), de: new WeakMap() };

function searchText(connection: Connection, sentences: Sentences): string {
  const cache = searchTexts[sentences.language];
  let text = cache.get(connection);
  if (text === undefined) {
    const { id, name, url, status, broker, labels } = connection;
    const error = status?.error;
    const reason = error && sentences.failure(error).text;
    text = [
      name,
      url,
      id,
      broker?.version,
      error?.code,
      reason,
      failureAddress(error),
      error?.issuer,
      ...labelTexts(labels),
    ]
      .filter(Boolean)
      .join("\n")
      .toLowerCase();
    cache.set(connection, text);
  }
  return text;
}
