import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { blamesTlsPlugin, findHint, isRedundantAdvice, isTlsPluginAdvice } from "./hint";

const LINK = join(import.meta.dirname, "../../../crates/haltere-link/src");
const STORAGE = join(import.meta.dirname, "../../../crates/haltere-core/src/storage.rs");

const source = (file: string) => readFileSync(join(LINK, file), "utf8").split("#[cfg(test)]")[0] ?? "";

const CODES = join(import.meta.dirname, "../../../crates/haltere-core/src/failure/code.rs");

/** The failure codes in the server's sources. */
function codes(): Set<string> {
  const words =
    readFileSync(CODES, "utf8")
      .split("#[cfg(test)]")[0]
      ?.matchAll(/=> "([A-Z][A-Z0-9_]{2,})"/g) ?? [];
  return new Set(Array.from(words, ([, word = ""]) => word));
}

/** Codes that answer what haltere never sends; the server's message has to do. */
const NEVER = [
  "DISCONNECT_WITH_WILL_MESSAGE",
  "QOS_NOT_SUPPORTED",
  "RECEIVE_MAXIMUM_EXCEEDED",
  "RETAIN_NOT_SUPPORTED",
  "SHARED_SUBSCRIPTIONS_NOT_SUPPORTED",
  "SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED",
  "TOPIC_ALIAS_INVALID",
  "TOPIC_FILTER_INVALID",
  "TOPIC_NAME_INVALID",
  "WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED",
];

test("every failure code of the server has a hint in both languages", () => {
  const all = codes();
  expect(all.size).toBeGreaterThan(90);
  expect(all).toContain("UNSUPPORTED_SIGNATURE_ALGORITHM");
  for (const { hints } of [en, de]) {
    expect([...all].filter((code) => !findHint(hints, code)).toSorted()).toEqual(NEVER);
  }
});

test("every hint is for a code of the server, and both languages have the same hints", () => {
  const all = [...codes()];
  const about = (key: string) =>
    all.some((code) => (key.endsWith("_") ? code.startsWith(key) : code === key.split("@")[0]));
  expect(Object.keys(en.hints).filter((key) => !about(key))).toEqual([]);
  expect(Object.keys(de.hints).toSorted()).toEqual(Object.keys(en.hints).toSorted());
});

test("a hint for the stage comes before one for the code, and a prefix comes last", () => {
  expect(findHint(en.hints, "ETIMEDOUT", "mqtt")).toBe(en.hints["ETIMEDOUT@mqtt"]);
  expect(findHint(en.hints, "ETIMEDOUT", "tcp")).toBe(en.hints["ETIMEDOUT"]);
  expect(findHint(en.hints, "ERR_SSL_TLSV1_ALERT_DECODE_ERROR", "tls")).toBe(en.hints["ERR_SSL_"]);
  expect(findHint(en.hints, "SOMETHING_NEW", "tls")).toBeUndefined();
});

test("every storage fault has a message in both languages", () => {
  const reasons = Array.from(readFileSync(STORAGE, "utf8").matchAll(/=> "([^"]+)"/g), (match) => match[1]);
  expect(reasons.length).toBeGreaterThan(4);
  for (const { storage } of [en, de]) expect(Object.keys(storage.reasons).toSorted()).toEqual(reasons.toSorted());
});

test("the server's advice that the connection's page replaces is recognized in its sources", () => {
  const remarks = Array.from(
    source("advice/remarks.rs").matchAll(/"((?:The plugin|The broker)[^"]+)"/g),
    ([, text = ""]) => text,
  );
  // For a connection with TLS settings, and for one that needs some.
  expect(remarks.filter(isTlsPluginAdvice)).toHaveLength(2);
  // The plugin, and the two ways in which a broker refuses `$SYS`.
  expect(remarks.filter((sentence) => isRedundantAdvice(sentence, true)).length).toBeGreaterThanOrEqual(3);
  expect(blamesTlsPlugin(source("failure/wording.rs"))).toBe(true);
  expect(blamesTlsPlugin("The broker's certificate expired")).toBe(false);
  expect(isRedundantAdvice("The broker ends the session of a client that asks for $SYS", false)).toBe(false);
});
