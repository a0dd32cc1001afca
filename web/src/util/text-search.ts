/** The words of a query, in lower case. */
export function splitWords(query: string | undefined): string[] {
  return (query ?? "").toLowerCase().split(/\s+/).filter(Boolean);
}

/** Whether a text contains every word of a query, in any order and letter case. */
export function containsWords(text: string, query: string): boolean {
  const lower = text.toLowerCase();
  return splitWords(query).every((word) => lower.includes(word));
}
