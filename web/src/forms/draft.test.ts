import { expect, test } from "vitest";

import type { Connection } from "../api/schema";
import { EMPTY, changesOf, differing, draftOf, inputOf, patchOf } from "./draft";

const PEM = "-----BEGIN CERTIFICATE-----\nö\n-----END CERTIFICATE-----\n";

test("what was not filled in is not sent", () => {
  expect(inputOf({ ...EMPTY, name: " Press ", url: " mqtt://a " })).toEqual({ name: "Press", url: "mqtt://a" });
});

test("everything that was filled in is sent", () => {
  const draft = { ...EMPTY, name: "Press", id: "p", url: "mqtts://a", username: "u", password: "p", clientId: "c" };
  const cert = { data: "MIIB", encoding: "base64" } as const;
  const input = inputOf({ ...draft, verify: false, ca: PEM, cert, noMetricsMode: true });
  expect(input).toMatchObject({
    id: "p",
    credentials: { username: "u", password: "p", clientId: "c" },
    rejectUnauthorized: false,
    ca: PEM,
    cert: { data: "MIIB", encoding: "base64" },
    noMetricsMode: true,
  });
});

test("the broker is asked about itself as before unless that is changed", () => {
  const stored: Connection = { id: "p", name: "Press", url: "mqtt://a" };
  for (const noMetricsMode of [undefined, true, false]) {
    const draft = draftOf({ ...stored, ...(noMetricsMode !== undefined && { noMetricsMode }) });
    expect(patchOf(draft).noMetricsMode).toBe(noMetricsMode);
  }
});

test("secrets one did not touch are kept, emptied ones are removed", () => {
  const stored: Connection = {
    id: "p",
    name: "Press",
    url: "mqtts://a",
    credentials: { username: "u" },
    ca: { data: "", encoding: "base64" },
    cert: { data: "", encoding: "base64" },
  };
  const kept = patchOf(draftOf(stored));
  expect(kept).toEqual({
    name: "Press",
    url: "mqtts://a",
    credentials: { username: "u", clientId: null },
    rejectUnauthorized: true,
    tls: null,
  });
  expect(patchOf({ ...draftOf(stored), username: "", ca: "" })).toMatchObject({ credentials: null, ca: null });
});

test("protocols are typed in a row, and emptied fields are removed", () => {
  const draft = {
    ...EMPTY,
    name: "Press",
    url: "mqtts://a",
    alpn: " x-amzn-mqtt-ca, mqtt ",
    serverName: " b.example ",
  };
  const tls = { alpn: ["x-amzn-mqtt-ca", "mqtt"], serverName: "b.example" };
  expect(inputOf(draft).tls).toEqual(tls);
  const stored: Connection = { id: "p", name: "Press", url: "mqtts://a", tls };
  expect(draftOf(stored)).toMatchObject({ alpn: "x-amzn-mqtt-ca mqtt", serverName: "b.example" });
  expect(patchOf(draftOf(stored)).tls).toEqual(tls);
  expect(patchOf({ ...draftOf(stored), alpn: " " }).tls).toEqual({ alpn: null, serverName: "b.example" });
  expect(patchOf({ ...draftOf(stored), alpn: "", serverName: "" }).tls).toBeNull();
});

test("of an older version only what was changed in it is sent", () => {
  const stored: Connection = {
    id: "p",
    name: "Press",
    url: "mqtts://a",
    credentials: { username: "u", clientId: "c" },
  };
  const initial = draftOf(stored);
  expect(changesOf(initial, initial)).toEqual({});
  expect(changesOf({ ...initial, name: "Mine", password: "new" }, initial)).toEqual({
    name: "Mine",
    credentials: { password: "new" },
  });
  expect(changesOf({ ...initial, username: "", clientId: "" }, initial)).toEqual({ credentials: null });
  expect(changesOf({ ...initial, ca: PEM }, initial)).toEqual({ ca: PEM });
  expect(differing(initial, draftOf({ ...stored, name: "Theirs", url: "mqtts://b" }))).toEqual(["name", "url"]);
});
