import { expect, test } from "vitest";

import type { AuditEntry } from "../api/schema";
import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { auditText, sentenceText } from "./audit-sentence";

const entry = (action: string, rest: Partial<AuditEntry> = {}): AuditEntry => ({
  sequence: 1,
  timestamp: 0,
  actor: "ada",
  requestId: "r",
  action,
  objectKind: action.split(".")[0] ?? "",
  outcome: "success",
  ...rest,
});

const nameOf = (id: string) => (id === "press" ? "Press" : undefined);

/** The sentence without isolates, and the rest after a bar. */
function texts(entry: AuditEntry, language: "en" | "de" = "en"): string {
  const { sentence, rest } = auditText(entry, nameOf, language === "en" ? en : de, language);
  return [sentenceText(sentence).replaceAll(/[\u2068\u2069]/g, ""), ...(rest === undefined ? [] : [rest])].join(" | ");
}

const update = (detail: string) => entry("connection.update", { object: "press", detail });

test("a change names its fields and the connection as it is called now", () => {
  expect(texts(update("url"))).toBe("ada changed the URL of Press");
  expect(texts(update("url"), "de")).toBe("ada hat die URL von Press geändert");
  expect(texts(update("name, url, labels"))).toBe("ada changed the name, the URL and the labels of Press");
  expect(texts(update("name, url, labels"), "de")).toBe("ada hat den Namen, die URL und die Labels von Press geändert");
  expect(texts(update("name, url, labels, ca"))).toBe("ada changed 4 settings of Press");
  expect(texts(update("url; one of many"))).toBe("ada changed the URL of Press | one of many");
  expect(texts(update("cert held a private key; removed"))).toBe(
    "ada changed the connection Press | the client certificate held a private key; it is removed",
  );
  expect(texts(update("something, new"))).toBe("ada changed the connection Press | something, new");
});

test("a connection that is gone has the name that the entry gives it, or its id", () => {
  const changes = [{ field: "name", before: "Oven" }];
  expect(texts(entry("connection.delete", { object: "oven", changes }))).toBe("ada deleted the connection Oven");
  expect(texts(entry("connection.delete", { object: "oven" }))).toBe("ada deleted the connection oven");
  expect(texts(entry("connection.create", { object: "oven", detail: "name, url" }))).toBe(
    "ada created the connection oven",
  );
});

test("a user is not taken for a connection with the same id", () => {
  expect(texts(entry("user.create", { object: "press", detail: "admin" }))).toBe(
    "ada added the user press | Administrator",
  );
});

test("a detail may be a part of the sentence", () => {
  expect(texts(entry("plugin.switch", { object: "tls", detail: "off" }))).toBe("ada switched the plugin tls off");
  expect(texts(entry("user.password", { object: "ada", detail: "own" }))).toBe("ada changed their own password");
  expect(texts(entry("user.update", { detail: "disabled; one of many" }))).toBe(
    "ada changed several users | disabled; one of many",
  );
});

test("a refusal says what was tried, and why it was refused", () => {
  const outcome = "denied";
  expect(texts(entry("session.login", { outcome, detail: "wrong user name or password", times: 3 }))).toBe(
    "ada tried to log in | wrong user name or password · 3 times",
  );
  expect(texts(entry("connection.create", { outcome, detail: "insufficient role" }), "de")).toBe(
    "ada hat versucht, eine Verbindung anzulegen | Rolle reicht nicht aus",
  );
  expect(texts(entry("user.password", { outcome, object: "ada", detail: "wrong old password" }))).toBe(
    "ada tried to change their own password | wrong old password",
  );
});

test("haltere itself has a name of its own, and unknown actions stay as they are", () => {
  const system = entry("audit.remove", { actor: "system", detail: "12 entries up to 2026-11-23T06:00:00Z" });
  expect(texts(system)).toContain("haltere or its command line removed old entries of the audit trail | number: 12");
  expect(texts(entry("robot.start", { object: "r2" }))).toBe("ada: robot.start (r2)");
  expect(texts(entry("constructor", { object: "toString", detail: "__proto__" }))).toBe(
    "ada: constructor (toString) | __proto__",
  );
});

test("only names of users and objects are marked as such", () => {
  const { sentence } = auditText(entry("user.delete", { object: "{actor}" }), () => undefined, en, "en");
  expect(sentence).toEqual([
    { text: "ada", isName: true },
    { text: " removed the user ", isName: false },
    { text: "{actor}", isName: true },
  ]);
});
