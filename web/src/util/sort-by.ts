import { collator } from "./collator";

type SortValue = number | string | undefined;

/**
 * Sorts by a value per item. Items with equal values stay in their order, in both directions; those without a value
 * come last, in both directions, too.
 */
export function sortBy<T>(
  items: readonly T[],
  valueOf: (item: T, index: number) => SortValue,
  descending: boolean,
): T[] {
  // Computed once per item, not once per comparison.
  const keyed = items.map((item, index) => ({ item, value: valueOf(item, index) }));
  const rank = rankTexts(keyed.map(({ value }) => value));
  const numbers = keyed.map(({ item, value }) => ({ item, number: typeof value === "string" ? rank(value) : value }));
  const direction = descending ? -1 : 1;
  numbers.sort(({ number: a }, { number: b }) => {
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return (a - b) * direction;
  });
  return numbers.map(({ item }) => item);
}

/** The position of each text among all of them. Few are distinct (codes, versions), and comparing texts is slow. */
function rankTexts(values: readonly SortValue[]): (text: string) => number {
  const texts = new Set(values.filter((value) => typeof value === "string"));
  const ranks = new Map([...texts].toSorted((a, b) => collator.compare(a, b)).map((text, rank) => [text, rank]));
  return (text) => ranks.get(text) ?? 0;
}
