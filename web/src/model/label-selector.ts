import type { Connection } from "../api/schema";

/** Labels by their keys. */
export type Labels = Readonly<Record<string, string>>;

/** Each label as `site=graz`, sorted by key as the server has them. */
export function labelTexts(labels: Labels | undefined): string[] {
  return Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
}

/** The terms of a selector such as `site=graz,line in (1,2)`. */
export function labelTerms(selector: string | undefined): string[] {
  return selector?.match(/(?:[^,(]|\([^)]*\)?)+/g) ?? [];
}

const TERM = /^\s*(?:(!)\s*)?([^\s!=()]+)(?:\s*(==?|!=)\s*([^\s!=()]*)|\s+(in|notin)\s*\(([^()]*)\))?\s*$/;

/** Whether the labels of a connection fulfil a selector, in the server's syntax. A malformed one selects nothing. */
export function labelMatcher(selector: string): (connection: Connection) => boolean {
  const terms = labelTerms(selector).map(matcher);
  return ({ labels = {} }) => terms.every((matches) => matches(labels));
}

function matcher(term: string): (labels: Labels) => boolean {
  const [, not, key, operator, value, word, list] = TERM.exec(term) ?? [];
  if (key === undefined || (not && (operator ?? word))) return () => false;
  const valueOf = (labels: Labels) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  if (operator) return (labels) => (valueOf(labels) === value) === (operator !== "!=");
  if (word) {
    const values = new Set<string | undefined>((list ?? "").split(",").map((each) => each.trim()));
    return (labels) => values.has(valueOf(labels)) === (word === "in");
  }
  return (labels) => (valueOf(labels) !== undefined) === !not;
}
