import { expect, test } from "vitest";

import { countLabels, labelsPatch, labelsText, parseLabels, sectionsBy } from "./labels";
import { online } from "./test-connections";

const labelled = (id: string, labels: Record<string, string>) => ({ ...online(id), labels });

test("labels are written and read back", () => {
  const labels = { "example.com/line": "2", site: "", zone: "a" };
  expect(labelsText(labels)).toBe("example.com/line=2 site= zone=a");
  expect(parseLabels(labelsText(labels))).toEqual(labels);
  expect(parseLabels(" a=1,  b\n a=2 c=d=e ")).toEqual({ a: "2", b: "", c: "d=e" });
  expect(labelsText(undefined)).toBe("");
});

test("a patch sets what differs and removes what is gone", () => {
  expect(labelsPatch({ a: "1", b: "2", c: "3" }, { a: "1", b: "x", d: "" })).toEqual({ b: "x", c: null, d: "" });
  expect(labelsPatch({ a: "1" }, { a: "1" })).toBeUndefined();
});

test("labels are counted by key and value", () => {
  const counts = countLabels([labelled("1", { site: "w10", line: "" }), labelled("2", { site: "w9" }), online("3")]);
  expect([...counts].map(([key, values]) => [key, [...values]])).toEqual([
    ["line", [["", 1]]],
    [
      "site",
      [
        ["w9", 1],
        ["w10", 1],
      ],
    ],
  ]);
});

test("sections are in the order of their values, and the one without the label is last", () => {
  const all = [
    online("1"),
    labelled("2", { site: "w10" }),
    labelled("3", { site: "w9" }),
    labelled("4", { site: "w10" }),
  ];
  const sections = sectionsBy("site", all).map(({ value, members }) => [value, members.map(({ id }) => id).join("")]);
  expect(sections).toEqual([
    ["w9", "3"],
    ["w10", "24"],
    [undefined, "1"],
  ]);
});
