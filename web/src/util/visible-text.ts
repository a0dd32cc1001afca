/** Characters that have no shape of their own, such as controls and marks of direction. */
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * A text with the code of each character that could hide or reorder others: `\u202e`. What brokers send must not look
 * like something else. Tabs and line feeds stay.
 */
export function visibleText(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(INVISIBLE, (character) => (character === "\t" || character === "\n" ? character : codeOf(character)));
}

function codeOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}
