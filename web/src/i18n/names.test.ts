import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { de } from "./de";
import type { Messages } from "./en";
import { en } from "./en";

/** A document that is generated from the server's code. */
const generated = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../../openapi", name), "utf8"));

const NAMES = generated("names.json") as Record<"auditActions" | "plugins" | "roles", readonly string[]>;

/** The names that the API's document lists for background tasks. */
function taskNames(): string[] {
  const { components } = generated("haltere.json") as {
    components: { schemas: { BackgroundTask: { properties: { name: { description: string } } } } };
  };
  const { description } = components.schemas.BackgroundTask.properties.name;
  return Array.from(description.matchAll(/`([^`]+)`/g), ([, name = ""]) => name);
}

/** Those of the audit trail by the name of the action alone. */
function sentencesByAction({ audit }: Messages): Record<string, string> {
  const entries = Object.entries(audit.sentences);
  return Object.fromEntries(entries.map(([key, texts]) => [key.split(" ")[0] ?? "", texts.join(" ")]));
}

for (const [language, t] of Object.entries<Messages>({ en, de })) {
  for (const [what, names, texts] of [
    ["action of the audit trail", NAMES.auditActions, t.activity.actions],
    ["action in a sentence", NAMES.auditActions, sentencesByAction(t)],
    ["field in a sentence", Object.keys(t.fieldNames), t.audit.fields],
    ["plugin", NAMES.plugins, t.settings.descriptions],
    ["role", NAMES.roles, t.roleNames],
    ["background task", taskNames(), t.about.taskNames],
  ] as const) {
    test(`${language}: every ${what} has a text, and only those`, () => {
      expect(Object.keys(texts).toSorted()).toEqual(names.toSorted());
      expect(Object.values(texts)).not.toContain("");
    });
  }
  test(`${language}: a missing permission names roles as everywhere else`, () => {
    const { admin: _admin, monitoringViewer: _monitoringViewer, ...seeing } = t.roleNames;
    for (const name of Object.values(seeing)) expect(t.fleet.noRightText).toContain(name);
    expect(t.form.noRightText).toContain(t.roleNames["connectionManager"]);
    expect(t.transfer.noRightText).toContain(t.roleNames["connectionManager"]);
  });
}
