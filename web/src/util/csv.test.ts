import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { toCsv } from "./csv";

const field = (text: string) => toCsv([[text]]).slice('\ufeff"'.length, -'"\r\n'.length);

test("fields are quoted and rows end with a carriage return and a line feed", () => {
  expect(
    toCsv([
      ["Name", "URL"],
      ['Press "4"', "a,b;c\nd"],
    ]),
  ).toBe('\ufeff"Name","URL"\r\n"Press ""4""","a,b;c\nd"\r\n');
  expect(toCsv([])).toBe("\ufeff");
});

test("a text that a spreadsheet would run becomes a text", () => {
  const hostile = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://127.0.0.1","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    " =1+1",
    "\n=1+1",
    "\u00a0=1+1",
    "\u200d=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1+1",
    "\uff20SUM(1)",
    "|calc",
    "%0A=1",
    "--1",
    "-1e5+A1",
  ];
  for (const text of hostile) expect(field(text)).toBe(`'${text.replaceAll('"', '""')}`);
});

test("characters that would mislead are shown as what they are", () => {
  expect(field("a\u202eb\u200bc\u001b[2J\u{e0041}\ufdd0\r\n")).toBe(
    String.raw`a\u{202e}b\u{200b}c\u{1b}[2J\u{e0041}\u{fdd0}\u{d}` + "\n",
  );
  expect(field("=\u2066x")).toBe(String.raw`'=\u{2066}x`);
  for (const start of ["\t", "\r", "\u0000", "\u200b", "\ufeff", "\u2068", "\u202e"]) {
    const code = start.codePointAt(0)?.toString(16);
    expect(field(`${start}=1+1`)).toBe(`\\u{${code}}=1+1`);
  }
  expect(field("👩\u200d🔧 \u0645\u06cc\u200c\u062e ❤\ufe0f")).toBe("👩\u200d🔧 \u0645\u06cc\u200c\u062e ❤\ufe0f");
});

test("the server and the command line show the same characters by their code", () => {
  const generated = readFileSync(join(import.meta.dirname, "../../../openapi/names.json"), "utf8");
  const { misleadingCharacters } = JSON.parse(generated) as { misleadingCharacters: [from: number, to: number][] };
  const differing: string[] = [];
  for (let point = 0; point <= 0x10ffff; point += 1) {
    // A line feed stays, and a surrogate is no character.
    if (point === 0x0a || (point >= 0xd800 && point <= 0xdfff)) continue;
    const misleads = misleadingCharacters.some(([from, to]) => from <= point && point <= to);
    if (misleads !== field(`a${String.fromCodePoint(point)}`).startsWith("a\\u{")) differing.push(point.toString(16));
  }
  expect(differing).toEqual([]);
});

test("a text that only contains such characters stays as it is", () => {
  for (const text of ["", "Press 4", "a=b", "mqtt://user@host", "-5", "+49", "-1.5", "1e3", "ä", "漢字", "'quoted'"]) {
    expect(field(text)).toBe(text);
  }
});

test("a text can't end its field", () => {
  expect(toCsv([['a","=1+1', 'b"\n"=1+1']])).toBe('\ufeff"a"",""=1+1","b""\n""=1+1"\r\n');
});
