import { expect, test } from "vitest";

import { parseTableSettings } from "./table-settings";

const DEFAULT = { columns: {}, density: "comfortable" };

test("what was stored is read again", () => {
  const settings = {
    columns: { version: false, id: true },
    density: "compact",
    sort: { column: "name", descending: true },
  };
  expect(parseTableSettings(JSON.stringify(settings))).toEqual(settings);
});

test("what is no setting is left out", () => {
  for (const stored of [null, "", "{", "null", "[]", "7", '"x"', '{"columns":[true],"density":"tiny","sort":"name"}']) {
    expect(parseTableSettings(stored)).toEqual(DEFAULT);
  }
  const partly = { columns: { a: "no", b: true, __proto__: null }, density: 1, sort: { column: 7, descending: true } };
  expect(parseTableSettings(JSON.stringify(partly))).toEqual({ ...DEFAULT, columns: { b: true } });
  expect(parseTableSettings('{"sort":{"column":"name","descending":"yes"}}').sort).toEqual({
    column: "name",
    descending: false,
  });
});
