import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { de } from "../i18n/de";
import { en } from "../i18n/en";
import { advice } from "../i18n/en-advice";
import { blamesTlsPlugin, isRedundantAdvice, isTlsPluginAdvice } from "./advice";

const STORAGE = join(import.meta.dirname, "../../../crates/haltere-core/src/storage.rs");

const DOWN = { isOnline: false, wasOnline: false };

test("every storage failure has a message in both languages", () => {
  const reasons = Array.from(readFileSync(STORAGE, "utf8").matchAll(/=> "([^"]+)"/g), (match) => match[1]);
  expect(reasons.length).toBeGreaterThan(4);
  for (const { storage } of [en, de]) expect(Object.keys(storage.reasons).toSorted()).toEqual(reasons.toSorted());
});

test("advice that is shown elsewhere is not listed once more", () => {
  for (const key of ["tlsPluginOff", "tlsPluginOffForAll"]) {
    expect(advice).toHaveProperty(key);
    expect(isTlsPluginAdvice({ key })).toBe(true);
    expect(isRedundantAdvice({ key }, DOWN)).toBe(true);
  }
  for (const key of ["sysEndsSession", "sysDenied"]) {
    expect(advice).toHaveProperty(key);
    expect(isRedundantAdvice({ key }, DOWN)).toBe(false);
    expect(isRedundantAdvice({ key }, { ...DOWN, isOnline: true })).toBe(true);
  }
});

test("a broker that was reached before needs no advice about how it listens or is named", () => {
  for (const key of ["addListener", "nameIsShort", "nameIsLocal"]) {
    expect(advice).toHaveProperty(key);
    expect(isRedundantAdvice({ key }, DOWN)).toBe(false);
    expect(isRedundantAdvice({ key }, { ...DOWN, wasOnline: true })).toBe(true);
  }
});

test("a failure may blame the plugin tls", () => {
  const error = { code: "CERT_HAS_EXPIRED", message: "", stage: "tls" } as const;
  expect(blamesTlsPlugin(undefined)).toBe(false);
  expect(blamesTlsPlugin({ ...error, notes: [{ key: "giveCa", params: {} }] })).toBe(false);
  expect(blamesTlsPlugin({ ...error, notes: [{ key: "tlsSettingsOff", params: {} }] })).toBe(true);
});
