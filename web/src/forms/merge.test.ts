import { expect, test } from "vitest";

import type { Connection } from "../api/schema";
import { toDraft, toPatch } from "./draft";
import { foreignChanges, hasForeignChanges, merge } from "./merge";

const pem = (data: string) => ({ data, encoding: "base64" }) as const;

const BASE: Connection = {
  id: "p",
  name: "Press",
  url: "mqtts://a",
  credentials: { username: "u" },
  ca: pem("AAAA"),
};

const changesOf = (mine: Partial<ReturnType<typeof toDraft>>, theirs: Partial<Connection>, named?: string[]) =>
  foreignChanges({ ...toDraft(BASE), ...mine }, BASE, { ...BASE, ...theirs }, named);

test("only fields that others have changed to something else are listed, and those that both have changed are contested", () => {
  expect(changesOf({ name: "Mine", clientId: "mine" }, { name: "Theirs", url: "mqtts://b" })).toEqual([
    { field: "name", theirs: "Theirs", mine: "Mine", isContested: true },
    { field: "url", theirs: "mqtts://b", mine: "mqtts://a", isContested: false },
  ]);
  expect(changesOf({ name: "Same" }, { name: "Same" })).toEqual([]);
});

test("a certificate is compared by its content; of secrets the server says that they were changed", () => {
  expect(changesOf({}, { ca: pem("BBBB") })).toEqual([
    { field: "ca", theirs: undefined, mine: BASE.ca, isContested: false },
  ]);
  const { ca: _, ...without } = BASE;
  expect(foreignChanges(toDraft(BASE), BASE, without)).toEqual([
    { field: "ca", theirs: "", mine: BASE.ca, isContested: false },
  ]);
  expect(changesOf({ password: "mine" }, {}, ["credentials.password", "key", "caFile"])).toEqual([
    { field: "password", theirs: undefined, mine: "mine", isContested: true },
  ]);
  expect(changesOf({}, { noMetricsMode: true })).toEqual([
    { field: "noMetricsMode", theirs: true, mine: false, isContested: false },
  ]);
  expect(hasForeignChanges(BASE, { ...BASE, ca: pem("AAAA") })).toBe(false);
  expect(hasForeignChanges(BASE, { ...BASE, ca: pem("CCCC") })).toBe(true);
});

test("a merge takes the values of others and keeps the chosen ones; what no other user has changed stays", () => {
  const draft = { ...toDraft(BASE), name: "Mine", clientId: "mine" };
  const latest = { ...BASE, name: "Theirs", url: "mqtts://b", ca: pem("BBBB") };
  const changes = foreignChanges(draft, BASE, latest);
  const merged = merge(draft, changes, new Set(["name", "ca"]));
  expect(merged).toMatchObject({ name: "Mine", url: "mqtts://b", clientId: "mine", ca: BASE.ca });
  expect(merge(draft, changes, new Set())).toMatchObject({ name: "Theirs", clientId: "mine", ca: undefined });
  // A stored value that is kept is not sent.
  expect(toPatch(merge(draft, changes, new Set())).ca).toBeUndefined();
});
