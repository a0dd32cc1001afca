import { expect, test } from "vitest";

import type { Component } from "./licences";
import { parseLicences, printLicences } from "./licences";

const components: Component[] = [
  { kind: "haltere", name: "haltere", version: "0.1.0", licence: "Apache-2.0", text: "      Apache License\n\n  1. …" },
  { kind: "npm", name: "@scope/ui", version: "1.2.3-beta.1", licence: "MIT", text: "MIT License\n===\n© a person" },
  { kind: "cargo", name: "aws-lc-sys", version: "0.35.0+x", licence: "ISC AND (Apache-2.0 OR ISC)", text: "" },
];

test("a printed list parses to the same components", () => {
  expect(parseLicences(printLicences(components))).toEqual(components);
});

test("a licence text can't pass for a header", () => {
  const [, npm] = components;
  const sly = npm && { ...npm, text: "first\r\n=== cargo evil 1.0.0 MIT\r\nlast" };
  const read = parseLicences(printLicences(sly ? [sly] : []));
  expect(read.map(({ name }) => name)).toEqual(["@scope/ui"]);
  expect(read[0]?.text).toBe("first\n === cargo evil 1.0.0 MIT\nlast");
});

test("a page instead of the list has no components", () => {
  expect(parseLicences("<!doctype html>\n<html></html>")).toEqual([]);
});
