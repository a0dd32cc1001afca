import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { tokenActions } from "./token-actions";

interface Operation {
  readonly security?: readonly object[];
  readonly "x-haltere-access"?: { readonly action?: string };
}

const { paths } = JSON.parse(readFileSync(join(import.meta.dirname, "../../../openapi/haltere.json"), "utf8")) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

test("a token can be limited to what tokens may do over HTTP, and to secrets", () => {
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  const open = operations.filter(({ security = [] }) => security.some((scheme) => "token" in scheme));
  const actions = open.map(({ "x-haltere-access": access }) => access?.action ?? "");
  const offered = new Set([...actions, "connections.read-secrets", "connections.export-secrets"]);
  offered.delete("");
  offered.delete("profile.read");
  expect(tokenActions("admin").toSorted()).toEqual([...offered].toSorted());
});

test("only those that the role allows are offered", () => {
  expect(tokenActions("viewer")).toEqual(["connections.list", "activity.list", "events.follow"]);
  expect(tokenActions("connectionManager")).toContain("connections.create");
  expect(tokenActions("nobody")).toEqual([]);
});
