import { expect, test } from "vitest";

import type { Connection } from "../api/schema";
import { EMPTY, draftOf, inputOf, patchOf } from "./draft";

const PEM = "-----BEGIN CERTIFICATE-----\nö\n-----END CERTIFICATE-----\n";

test("what was not filled in is not sent", () => {
  expect(inputOf({ ...EMPTY, name: " Press ", url: " mqtt://a " })).toEqual({ name: "Press", url: "mqtt://a" });
});

test("everything that was filled in is sent", () => {
  const draft = { ...EMPTY, name: "Press", id: "p", url: "mqtts://a", username: "u", password: "p", clientId: "c" };
  const input = inputOf({ ...draft, verify: false, ca: PEM });
  expect(input).toMatchObject({
    id: "p",
    credentials: { username: "u", password: "p", clientId: "c" },
    rejectUnauthorized: false,
    ca: { encoding: "base64" },
  });
  const data = typeof input.ca === "object" ? input.ca.data : "";
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  expect(new TextDecoder().decode(bytes)).toBe(PEM);
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
