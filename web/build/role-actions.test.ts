import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { parseAccess } from "./role-actions.ts";

const read = (name: string) => readFileSync(join(import.meta.dirname, "../..", name), "utf8");

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { "x-haltere-access"?: Access }>>>>;
  readonly components: { readonly schemas: { readonly Permission: { readonly enum: readonly string[] } } };
}
interface Access {
  readonly action?: string;
  readonly roles?: readonly string[];
}

const API = JSON.parse(read("openapi/haltere.json")) as ApiDocument;
const { roles: ROLES } = JSON.parse(read("openapi/names.json")) as { readonly roles: readonly string[] };
const ACTIONS = parseAccess(read("docs/access.md"));

test("the page and the API's document agree on what each role allows", () => {
  const operations = Object.values(API.paths).flatMap((path) => Object.values(path));
  const access = operations.flatMap(({ "x-haltere-access": access }) => (access?.action ? [access] : []));
  expect(access.length).toBeGreaterThan(30);
  for (const { action = "", roles } of access) {
    expect(
      ROLES.filter((role) => ACTIONS[role]?.includes(action)),
      action,
    ).toEqual(roles);
  }
});

test("all roles and all actions are found, also those without a route", () => {
  expect(Object.keys(ACTIONS)).toEqual(ROLES);
  const found = new Set(Object.values(ACTIONS).flat());
  expect([...found].toSorted()).toEqual(API.components.schemas.Permission.enum.toSorted());
});

test("a page without a table is an error", () => {
  expect(() => parseAccess("# Who may do what\n")).toThrow("no table of actions");
});
