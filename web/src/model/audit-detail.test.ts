import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { auditDetail } from "./audit-detail";

const german = (detail: string) =>
  auditDetail(detail, de.activity, (name, value) => (name === "time" ? "20.11.2026" : value));

test("what the server says about an action is in the user's language", () => {
  expect(german("list of connections")).toBe("Liste der Verbindungen");
  expect(german("12 connections, without secrets")).toBe("Anzahl: 12, ohne Geheimnisse");
  expect(german("mmc: 3 created, 1 skipped")).toBe("mmc: 3 angelegt, 1 übersprungen");
  expect(german("mmc: 3 created, 1 skipped, 2 refused")).toBe("mmc: 3 angelegt, 1 übersprungen, 2 abgelehnt");
  expect(german("from a backup of 2026-11-20T10:00:00Z")).toBe("aus einer Sicherung vom 20.11.2026");
});

test("each part of a detail has its own sentence", () => {
  expect(german("mqtt://a:1883; changed: url, name; publishes to: press/on")).toBe(
    "mqtt://a:1883; geändert: url, name; sendet an: press/on",
  );
  expect(german("wrong user name or password; of many callers")).toBe(
    "Benutzername oder Passwort falsch; von vielen Clients",
  );
});

test("what is not known here stays as the server says it", () => {
  expect(german("url, credentials.password")).toBe("url, credentials.password");
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
