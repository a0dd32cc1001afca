import { expect, test } from "vitest";

import { formatJson } from "./format-json";

const all = (text: string) => formatJson(text, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
const textOf = (formatted: ReturnType<typeof formatJson>) => formatted?.tokens.map(({ text }) => text).join("");
const format = (text: string) => textOf(all(text));

test("JSON is indented and keeps its meaning", () => {
  expect(format('{"a":[1,{"b":null}],"c":{},"d":[]}')).toBe(
    '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "c": {},\n  "d": []\n}',
  );
  const value = { "a:b": ["{", '"', "\\", ",\n", "]"], n: [-1.5e-7, 0, true, false, null, ""] };
  for (const text of [JSON.stringify(value), JSON.stringify(value, undefined, 4)]) {
    expect(format(text)).toBe(JSON.stringify(value, undefined, 2));
  }
  for (const text of ["1", '"x"', "null", "[]", "{}"]) expect(format(` ${text}\n`)).toBe(text);
  expect(all("[1]")?.isCut).toBe(false);
});

test("values stay as they are written", () => {
  const text = '{"id": 12345678901234567890, "id": 1.10, "\\u0061": 1E400}';
  expect(format(text)).toBe('{\n  "id": 12345678901234567890,\n  "id": 1.10,\n  "\\u0061": 1E400\n}');
});

test("a text that is not JSON is not formatted", () => {
  for (const text of ["", "{", "{a:1}", "undefined", "NaN", "1 2", "<b>", "\u0000"])
    expect(format(text)).toBeUndefined();
});

test("tokens have their kind", () => {
  const tokens = all('{"a" : ["b",1,true]}')?.tokens;
  expect(tokens?.filter(({ kind }) => !["punctuation", "space"].includes(kind))).toEqual([
    { kind: "key", text: '"a"' },
    { kind: "string", text: '"b"' },
    { kind: "number", text: "1" },
    { kind: "literal", text: "true" },
  ]);
});

test("a long text is cut", () => {
  const numbers = formatJson("[1,2,3,4]", 4, 100);
  expect([textOf(numbers), numbers?.isCut]).toEqual(["[\n  1,\n  2", true]);
  const string = formatJson(`["${"x".repeat(100)}"]`, 100, 5);
  expect([textOf(string), string?.isCut]).toEqual(['[\n  "xxx', true]);
});

test("a deeply nested text stays small", () => {
  const depth = 3_000;
  const text = "[".repeat(depth) + "]".repeat(depth);
  expect(format(text)?.length).toBeLessThan(text.length * 70);
});
