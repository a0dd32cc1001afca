import { expect, test } from "vitest";

import { labelMatcher, labelTerms } from "./label-selector";
import { online } from "./test-connections";

const LABELLED = [
  { ...online("a"), labels: { line: "2", site: "graz" } },
  { ...online("b"), labels: { line: "", site: "wien" } },
  { ...online("c"), labels: { "x.y/constructor": "1" } },
  online("d"),
];

test.each([
  ["site=graz", "a"],
  ["site==graz", "a"],
  ["site!=graz", "bcd"],
  ["site", "ab"],
  ["!site", "cd"],
  ["site in (wien, graz)", "ab"],
  ["site notin (wien)", "acd"],
  ["line=", "b"],
  ["line in (,3)", "b"],
  ["site=graz,line!=2", ""],
  [" site = graz , line ", "a"],
  ["x.y/constructor", "c"],
  ["constructor", ""],
  ["!constructor", "abcd"],
  ["in in (a)", ""],
  ["site=graz=x", ""],
  ["site graz", ""],
  ["!site=graz", ""],
  ["site in", ""],
  ["sitein (graz)", ""],
  ["=", ""],
])("%j selects as the server does", (selector, selected) => {
  const ids = LABELLED.filter(labelMatcher(selector)).map(({ id }) => id);
  expect(ids.join("")).toBe(selected);
});

test("commas in a list end no term", () => {
  expect(labelTerms("a=b,c in (d,e),!f")).toEqual(["a=b", "c in (d,e)", "!f"]);
  expect(labelTerms("a in (b,c")).toEqual(["a in (b,c"]);
  expect(labelTerms(undefined)).toEqual([]);
});
