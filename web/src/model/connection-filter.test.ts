import { expect, test } from "vitest";

import type { Connection } from "../api/schema";
import { de } from "../i18n/de";
import type { Messages } from "../i18n/en";
import { en } from "../i18n/en";
import { Sentences } from "../i18n/sentences";
import type { ConnectionFilter } from "./connection-filter";
import { filterConnections } from "./connection-filter";
import { CONNECTIONS, failing, ids } from "./test-connections";

const english = new Sentences(en, "en");
const german = new Sentences(de as Messages, "de");

const filter = (all: readonly Connection[], query: ConnectionFilter, now?: number) =>
  ids(filterConnections(all, query, english, now));

test("every word of a query has to occur, in any field and order", () => {
  expect(filter(CONNECTIONS, { q: "press enotfound" })).toBe("c");
  expect(filter(CONNECTIONS, { q: "2.0.11 A9" })).toBe("a9");
  expect(filter(CONNECTIONS, { q: "  " })).toBe(ids(CONNECTIONS));
});

test("state, code and version have to match", () => {
  expect(filter(CONNECTIONS, { state: "down", code: "ECONNREFUSED" })).toBe("b d");
  expect(filter(CONNECTIONS, { version: "mosquitto version 2.0.11" })).toBe("a10 a9");
});

test("failures because the plugin tls is off, and all others, are found", () => {
  const [press, oven] = [failing("press", "ERR", 1), failing("oven", "ERR", 2)];
  Object.assign(press.status?.error ?? {}, { notes: [{ key: "tlsSettingsUnused", params: {} }] });
  const all = [...CONNECTIONS, press, oven];
  expect(filter(all, { code: "ERR", pluginOff: true })).toBe("press");
  expect(filter(all, { code: "ERR", pluginOff: false })).toBe("oven");
  // What is connected fails for no reason.
  expect(filter(all, { pluginOff: false })).toBe("b c d oven");
});

test("certificates that expire soon are found at a time", () => {
  const [first, ...others] = CONNECTIONS;
  const all = [{ ...first!, certNotAfter: "2026-12-01T00:00:00Z" }, ...others];
  expect(filter(all, { cert: "expiring" }, Date.parse("2026-11-23"))).toBe("a10");
  expect(filter(all, { cert: "expiring" }, Date.parse("2026-09-23"))).toBe("");
});

test("a failure is found by the sentence that the user sees", () => {
  const press = failing("press", "ERR", 1);
  const error = {
    code: "ERR",
    message: "The server's words",
    stage: "tls" as const,
    reason: { key: "certificateExpired", params: { whose: "broker", date: "2026-12-19T10:00:00Z" } },
    notes: [{ key: "checkClientCertificate", params: {} }],
  };
  const all = [{ ...press, status: { ...press.status!, error } }, failing("oven", "ECONNREFUSED", 2)];
  const find = (q: string, sentences: Sentences) => ids(filterConnections(all, { q }, sentences));
  expect(find("Brokers 19.12.2026 abgelaufen", german)).toBe("press");
  expect(find("prüfen client-zertifikat", german)).toBe("press");
  expect(find("expired", german)).toBe("");
  expect(find("broker's expired", english)).toBe("press");
  expect(find("abgelaufen", english)).toBe("");
  // The server's words are shown only where the console has no sentence of its own.
  expect(find("server's words", english)).toBe("");
  expect(find("ECONNREFUSED since", german)).toBe("oven");
});
