import type { Connection } from "../api/schema";
import type { Labels } from "./label-selector";
import { labelTexts } from "./label-selector";

/** Labels as a text: `line=2 site=graz`. Neither keys nor values contain white space. */
export function labelsText(labels: Labels | undefined): string {
  return labelTexts(labels).join(" ");
}

/** Reads labels that are separated by white space or commas. The last of several with one key counts. */
export function parseLabels(text: string): Record<string, string> {
  // Without a prototype: a key may be `__proto__`.
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const label of text.split(/[\s,]+/).filter(Boolean)) {
    const [, key = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(label) ?? [];
    labels[key] = value;
  }
  return labels;
}

/** The change that makes `after` of `before`: `null` removes a label. Undefined if they are the same. */
export function labelsPatch(before: Labels, after: Labels): Record<string, string | null> | undefined {
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  const set = Object.entries(after).filter(([key, value]) => !Object.hasOwn(before, key) || before[key] !== value);
  const changes = [...removed.map((key) => [key, null] as const), ...set];
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

/** How many connections have each label, by key; keys and values in their order. */
export function countLabels(connections: Iterable<Connection>): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const { labels } of connections) {
    for (const [key, value] of Object.entries(labels ?? {})) {
      const ofKey = counts.get(key) ?? new Map<string, number>();
      counts.set(key, ofKey.set(value, (ofKey.get(value) ?? 0) + 1));
    }
  }
  return new Map(sorted(counts).map(([key, values]) => [key, new Map(sorted(values))]));
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(([one], [other]) => compare(one, other));
}

/** Connections with the same value of a label; those without the label come last. */
interface Section {
  readonly value: string | undefined;
  readonly members: readonly Connection[];
}

/** Connections by the values of a label, in the order of the values. Within a section they stay in their order. */
export function sectionsBy(key: string, connections: readonly Connection[]): readonly Section[] {
  const members = new Map<string | undefined, Connection[]>();
  for (const connection of connections) {
    const labels = connection.labels ?? {};
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    const section = members.get(value);
    if (section) section.push(connection);
    else members.set(value, [connection]);
  }
  const sections = [...members].map(([value, section]) => ({ value, members: section }));
  return sections.toSorted(({ value: one }, { value: other }) => {
    if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
    return compare(one, other);
  });
}

const { compare } = new Intl.Collator("en", { numeric: true });
