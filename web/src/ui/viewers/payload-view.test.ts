import { expect, test } from "vitest";

import { copyOf, MAX_JSON_TOKENS, MAX_SHOWN, payloadViews } from "./payload-view";

const bytesOf = (content: string | number[]) =>
  typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
const cut = (content: string) => payloadViews(bytesOf(content)).map(({ kind, isCut }) => `${kind} ${isCut}`);
const kinds = (content: string | number[]) => payloadViews(bytesOf(content)).map(({ kind }) => kind);

test("a payload has the views that its bytes allow", () => {
  expect(kinds('{"temperature": 21.5}')).toEqual(["json", "text", "hex"]);
  expect(kinds("21.5")).toEqual(["json", "text", "hex"]);
  expect(kinds("on")).toEqual(["text", "hex"]);
  expect(kinds("")).toEqual(["text", "hex"]);
  expect(kinds([0xff, 0xfe, 0x00])).toEqual(["hex"]);
});

test("each view of a large payload is cut", () => {
  expect(cut("[1]")).toEqual(["json false", "text false", "hex false"]);
  expect(cut(JSON.stringify(Array.from({ length: MAX_JSON_TOKENS }, () => 1)))).toEqual([
    "json true",
    "text false",
    "hex false",
  ]);
  expect(cut(JSON.stringify("x".repeat(MAX_SHOWN.json)))).toEqual(["json true", "text false", "hex true"]);
  expect(cut(JSON.stringify("x".repeat(1024 * 1024)))).toEqual(["text true", "hex true"]);
});

test("a copy is whole", () => {
  const long = "x".repeat(MAX_SHOWN.text + 1);
  expect(copyOf(bytesOf(long), "text")).toBe(long);
  expect(copyOf(bytesOf("[1,  2]"), "json")).toBe("[1,  2]");
  expect(copyOf(bytesOf("on\n"), "hex")).toBe(`00000000  6f 6e 0a${" ".repeat(40)}  |on.|`);
  expect(copyOf(bytesOf(long), "hex").split("\n")).toHaveLength(Math.ceil(long.length / 16));
});
