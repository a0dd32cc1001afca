import { expect, test } from "vitest";

import type { Connection } from "../api/schema";
import {
  EMPTY_DRAFT,
  isDirty,
  isSameTarget,
  toDraft,
  toDuplicate,
  toInput,
  toPatch,
  toTestInput,
  toTestPatch,
  undoPatch,
  withoutStored,
} from "./draft";

const PEM = "-----BEGIN CERTIFICATE-----\nö\n-----END CERTIFICATE-----\n";

test("a deleted connection leaves its certificates to the form, and takes its secrets with it", () => {
  const pem = { data: "MIIB", encoding: "base64" } as const;
  const stored: Connection = { id: "p", name: "Press", url: "mqtts://a", ca: pem, cert: pem };
  const left = withoutStored(toDraft(stored), stored);
  expect(left).toMatchObject({ password: "", ca: pem, cert: pem, key: "" });
  expect(withoutStored(left, stored)).toBe(left);
  expect(withoutStored({ ...toDraft(stored), ca: "", cert: PEM }, stored)).toMatchObject({ ca: "", cert: PEM });
});

test("empty fields are not sent", () => {
  expect(toInput({ ...EMPTY_DRAFT, name: " Press ", url: " mqtt://a " })).toEqual({ name: "Press", url: "mqtt://a" });
});

test("all filled fields are sent", () => {
  const draft = {
    ...EMPTY_DRAFT,
    name: "Press",
    id: "p",
    url: "mqtts://a",
    username: "u",
    password: "p",
    clientId: "c",
  };
  const cert = { data: "MIIB", encoding: "base64" } as const;
  const input = toInput({ ...draft, verify: false, ca: PEM, cert, noMetricsMode: true });
  expect(input).toMatchObject({
    id: "p",
    credentials: { username: "u", password: "p", clientId: "c" },
    rejectUnauthorized: false,
    ca: PEM,
    cert: { data: "MIIB", encoding: "base64" },
    noMetricsMode: true,
  });
});

test("the topic of a round trip is sent with a test only", () => {
  const draft = { ...EMPTY_DRAFT, url: "mqtt://a", roundtrip: "plant/test" };
  expect(toTestInput(draft)).toEqual({ url: "mqtt://a", roundtrip: "plant/test" });
  expect(toTestPatch(draft)).toEqual({ ...toPatch(draft), roundtrip: "plant/test" });
  expect(toInput(draft)).not.toHaveProperty("roundtrip");
  expect(toPatch(draft)).not.toHaveProperty("roundtrip");
  expect(toTestInput({ ...draft, roundtrip: "" })).not.toHaveProperty("roundtrip");
  const other = { ...draft, roundtrip: "plant/other" };
  expect([isSameTarget(draft, other), isDirty(draft, other)]).toEqual([false, false]);
});

test("noMetricsMode stays as it is stored unless it is changed", () => {
  const stored: Connection = { id: "p", name: "Press", url: "mqtt://a" };
  for (const noMetricsMode of [undefined, true, false]) {
    const draft = toDraft({ ...stored, ...(noMetricsMode !== undefined && { noMetricsMode }) });
    expect(toPatch(draft).noMetricsMode).toBe(noMetricsMode);
  }
});

test("untouched secrets are kept, emptied ones are removed", () => {
  const stored: Connection = {
    id: "p",
    name: "Press",
    url: "mqtts://a",
    credentials: { username: "u" },
    ca: { data: "", encoding: "base64" },
    cert: { data: "", encoding: "base64" },
  };
  const kept = toPatch(toDraft(stored));
  expect(kept).toEqual({
    name: "Press",
    url: "mqtts://a",
    credentials: { username: "u", clientId: null },
    rejectUnauthorized: true,
    tls: null,
  });
  expect(toPatch({ ...toDraft(stored), username: "", ca: "" })).toMatchObject({ credentials: null, ca: null });
});

test("ALPN protocols are split at spaces and commas, and emptied fields are removed", () => {
  const draft = {
    ...EMPTY_DRAFT,
    name: "Press",
    url: "mqtts://a",
    alpn: " x-amzn-mqtt-ca, mqtt ",
    serverName: " b.example ",
  };
  const tls = { alpn: ["x-amzn-mqtt-ca", "mqtt"], serverName: "b.example" };
  expect(toInput(draft).tls).toEqual(tls);
  const stored: Connection = { id: "p", name: "Press", url: "mqtts://a", tls };
  expect(toDraft(stored)).toMatchObject({ alpn: "x-amzn-mqtt-ca mqtt", serverName: "b.example" });
  expect(toPatch(toDraft(stored)).tls).toEqual(tls);
  expect(toPatch({ ...toDraft(stored), alpn: " " }).tls).toEqual({ alpn: null, serverName: "b.example" });
  expect(toPatch({ ...toDraft(stored), alpn: "", serverName: "" }).tls).toBeNull();
});

test("a duplicate has the settings of the other connection and nothing that must be its own", () => {
  const stored: Connection = {
    id: "p",
    name: "Press",
    url: "mqtts://a",
    credentials: { username: "u", clientId: "c" },
    rejectUnauthorized: false,
    ca: { data: "AAAA", encoding: "base64" },
    cert: { data: "BBBB", encoding: "base64" },
    noMetricsMode: true,
  };
  expect(toInput(toDuplicate(stored, "Copy of Press"))).toEqual({
    name: "Copy of Press",
    url: "mqtts://a",
    credentials: { username: "u" },
    rejectUnauthorized: false,
    ca: stored.ca,
    noMetricsMode: true,
  });
  expect(toDuplicate(stored, "🦟".repeat(200)).name).toBe("🦟".repeat(128));
});

test("an edit is taken back by what was stored before, unless that needs a secret", () => {
  const stored = {
    id: "press",
    name: "Press",
    url: "mqtts://a",
    credentials: { username: "u" },
    hasPassword: true,
    ca: { data: "MIIB", encoding: "base64" },
  } as Connection;
  const before = toDraft(stored);
  expect(undoPatch(stored, { ...before, name: "Belt", ca: "", noMetricsMode: true })).toMatchObject({
    name: "Press",
    ca: stored.ca,
    noMetricsMode: null,
  });
  const kept = undoPatch(stored, { ...before, name: "Belt" });
  expect(kept).not.toHaveProperty("ca");
  expect(kept?.credentials).not.toHaveProperty("password");
  // Without a password there is none to lose with the user name.
  expect(undoPatch({ ...stored, hasPassword: false }, { ...before, username: "" })).toMatchObject({
    credentials: { username: before.username },
  });
  for (const change of [{ password: "new" }, { password: "" }, { username: "" }, { cert: PEM }, { key: PEM }]) {
    expect(undoPatch(stored, { ...before, ...change }), JSON.stringify(change)).toBeUndefined();
  }
});
