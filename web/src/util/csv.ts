/**
 * A table as CSV (RFC 4180) with a byte order mark, without which spreadsheets read UTF-8 as another encoding. Every
 * field is quoted. Characters that would mislead are escaped (`\u{202e}`), as in the tables of the command line.
 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return `\ufeff${rows.map((fields) => `${fields.map(quote).join(",")}\r\n`).join("")}`;
}

/**
 * What `misleads` says in `haltere-core/src/text.rs`: controls other than line feeds, separators of lines and paragraphs, what
 * turns the direction of text, what is not seen, and what is no character.
 */
const MISLEADING =
  /(?!\n)[\u034f\p{Cc}\u180b-\u180f\p{NChar}\u17b4-\u17b5\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad\u115f\u1160\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/** A text that a spreadsheet would run as a formula starts with one of these; some skip blanks and joiners. */
const FORMULA = /^[\s\u200c\u200d]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^\n/u;

/** Plain numbers start like formulas and are none. */
const NUMBER = /^[+-]?\d+([.,]\d+)?$/;

function quote(text: string): string {
  const shown = text.replaceAll(MISLEADING, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  const inert = FORMULA.test(shown) && !NUMBER.test(shown) ? `'${shown}` : shown;
  return `"${inert.replaceAll('"', '""')}"`;
}
