import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { de } from "../i18n/de";
import type { Messages } from "../i18n/en";
import { en } from "../i18n/en";
import { auditDetail } from "./audit-detail";

const german = (detail: string) => auditDetail(detail, de as Messages, "de");

test("what the server says about an action is in the user's language", () => {
  expect(german("list of connections")).toBe("Liste der Verbindungen");
  expect(german("12 connections, without secrets")).toBe("Anzahl: 12, ohne Geheimnisse");
  expect(german("mmc: 3 created, 1 skipped")).toBe(
    "aus dem Management Center for Mosquitto: 3 angelegt, 1 übersprungen",
  );
  expect(german("mmc: 3 created, 1 skipped, 2 refused")).toBe(
    "aus dem Management Center for Mosquitto: 3 angelegt, 1 übersprungen, 2 abgelehnt",
  );
  expect(german("from a backup of 2026-11-20T10:00:00Z")).toMatch(/^aus einer Sicherung vom 20\.11\.2026/);
});

test("each part of a detail has its own sentence", () => {
  expect(german("mqtt://a:1883; changed: url, name; publishes to: press/on")).toBe(
    "mqtt://a:1883; geändert: URL, Name; sendet an: press/on",
  );
  expect(german("wrong user name or password; of many callers")).toBe(
    "Benutzername oder Passwort falsch; von vielen Clients",
  );
});

test("names of fields and roles are those of the console", () => {
  expect(german("url, credentials.password, tls.alpn")).toBe("URL, Passwort, ALPN");
  expect(german("admin, connectionManager")).toBe("Administrator, Verbindungsverwalter");
  expect(german("first start: admin")).toBe("erster Start: Administrator");
  expect(german("cert held a private key; sealed as key")).toBe(
    "das Client-Zertifikat enthielt einen privaten Schlüssel; er ist jetzt der private Schlüssel der Verbindung",
  );
});

/** The source of a module of the server. */
const core = (file: string) =>
  readFileSync(join(import.meta.dirname, `../../../crates/haltere-core/src/${file}.rs`), "utf8");

test("every field and role has a name in both languages", () => {
  const [, differences = ""] = core("connection_settings").split("fn differences");
  const [compared = ""] = differences.split("fn given");
  const fields = Array.from(compared.matchAll(/"([\w.]+)"/g), ([, name]) => name);
  const roles = Array.from(core("role").matchAll(/Self::\w+ => "(\w+)"/g), ([, name]) => name);
  expect([fields.length > 10, roles.length]).toEqual([true, 5]);
  for (const t of [en, de]) {
    expect(fields.filter((name) => !Object.hasOwn(t.fieldNames, name ?? ""))).toEqual([]);
    expect(Object.keys(t.roleNames)).toEqual(roles);
  }
});

test("what is not known here stays as the server says it", () => {
  expect(german("colour, toString")).toBe("colour, toString");
  expect(german("constructor")).toBe("constructor");
  expect(german("words of tomorrow; off")).toBe("words of tomorrow; ausgeschaltet");
});

test("every sentence is of words that the server has, and exists in both languages", () => {
  const templates = Object.keys(de.activity.details);
  expect(Object.keys(en.activity.details)).toEqual(templates);
  const folder = join(import.meta.dirname, "../../../crates/haltere-app/src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".rs"));
  const server = files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  const words = templates.flatMap((template) => template.split(/\{\w+\}|, /)).filter((part) => part.trim() !== "");
  expect(words.filter((part) => !server.includes(part))).toEqual([]);
});
