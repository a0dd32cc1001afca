import { collator } from "./collator";

/**
 * Sorts by a text in the order of {@link collator}, several times faster: the names of a large fleet differ in their
 * numbers, and the collator compares only the texts between them, of which few are distinct. Items with equal texts
 * stay in their order.
 */
export function sortByText<T>(items: readonly T[], textOf: (item: T) => string): T[] {
  const split = items.map((item) => ({ item, parts: splitNumbers(textOf(item)) }));
  const ranks = rankTexts(new Set(split.flatMap(({ parts }) => parts.map(({ text }) => text))));
  const keyed = split.map(({ item, parts }) => ({
    item,
    key: parts.map(({ text, number }) => encode(ranks.get(text) ?? 0) + number).join(""),
  }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ item }) => item);
}

interface Part {
  /** With a zero at the end if a number follows, because that decides about texts one of which continues the other. */
  readonly text: string;
  /** Its length and its digits. */
  readonly number: string;
}

function splitNumbers(name: string): Part[] {
  const parts: Part[] = [];
  // Texts and numbers take turns.
  const pieces = name.split(/(\d+)/);
  for (let index = 0; index < pieces.length; index += 2) {
    const text = pieces[index] ?? "";
    const digits = pieces[index + 1]?.replace(/^0+/, "");
    parts.push(
      digits === undefined ? { text, number: "" } : { text: `${text}0`, number: encode(digits.length) + digits },
    );
  }
  return parts;
}

/** The position of each text; the same for texts that are equal to the collator. */
function rankTexts(texts: Iterable<string>): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  let rank = 0;
  let previous: string | undefined;
  for (const text of [...texts].toSorted((a, b) => collator.compare(a, b))) {
    if (previous !== undefined && collator.compare(previous, text) !== 0) rank += 1;
    ranks.set(text, rank);
    previous = text;
  }
  return ranks;
}

/** A number as two characters in its order. */
function encode(number: number): string {
  return String.fromCharCode(number >> 15, number & 0x7fff);
}
