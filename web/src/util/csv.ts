/**
 * A table as CSV (RFC 4180) with a byte order mark, without which spreadsheets read UTF-8 as another encoding. Every
 * field is quoted.
 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return `\ufeff${rows.map((fields) => `${fields.map(quote).join(",")}\r\n`).join("")}`;
}

/** A text that a spreadsheet would run as a formula starts with one of these; some skip blanks and control characters. */
const FORMULA =
  // oxlint-disable-next-line no-control-regex -- tabs and line breaks start formulas, too
  /^[\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]/u;

/** Plain numbers start like formulas and are none. */
const NUMBER = /^[+-]?\d+([.,]\d+)?$/;

function quote(text: string): string {
  const inert = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return `"${inert.replaceAll('"', '""')}"`;
}
