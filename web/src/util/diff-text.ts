/** Two texts as what they begin with alike, what differs, and what they end with alike. */
export interface TextDiff {
  readonly start: string;
  readonly before: string;
  readonly after: string;
  readonly end: string;
}

/** What differs between two texts, in whole characters. */
export function diffText(before: string, after: string): TextDiff {
  const [old, now] = [Array.from(before), Array.from(after)];
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  return {
    start: part(old, 0, start),
    before: part(old, start, old.length - end),
    after: part(now, start, now.length - end),
    end: part(old, old.length - end, old.length),
  };
}

function part(characters: readonly string[], from: number, to: number): string {
  return characters.slice(from, to).join("");
}
