import { expect, test } from "vitest";

import type { Connection } from "../api/schema";
import { FRESH, failureAddress, groupFailures } from "./failure-groups";
import { CONNECTIONS, failing, ids } from "./test-connections";

/** A connection that is refused at an address. */
function refusedAt(id: string, address: string, port: number, timestamp: number): Connection {
  const connection = failing(id, "ECONNREFUSED", timestamp);
  Object.assign(connection.status?.error ?? {}, { address, port });
  return connection;
}

/** A connection whose broker's certificate of an issuer is refused. */
const refused = (id: string, issuer: string): Connection => {
  const connection = refusedAt(id, `10.0.0.${id}`, 8883, 1);
  Object.assign(connection.status?.error ?? {}, { code: "SELF_SIGNED_CERT_IN_CHAIN", issuer });
  return connection;
};

test("failures are grouped by code, the latest failure first", () => {
  const groups = groupFailures(CONNECTIONS, FRESH * 2);
  expect(groups.map(({ code, since, connections }) => [code, since, ids(connections)])).toEqual([
    ["ECONNREFUSED", 2, "b d"],
    ["ENOTFOUND", 1, "c"],
  ]);
  expect(groups[0]?.error?.message).toBe("ECONNREFUSED since 3");
  expect(groups[0]?.isSinceKnown).toBe(true);
});

test("two addresses that fail with one code are two targets, each with its own message and age", () => {
  const now = 1_000_000;
  const [group, ...others] = groupFailures(
    [
      refusedAt("old", "10.0.0.7", 1883, now - 7 * 60_000),
      refusedAt("older", "10.0.0.7", 1883, now - 8 * 60_000),
      refusedAt("new", "10.0.0.8", 1883, now - 60_000),
    ],
    now,
  );
  expect(others).toEqual([]);
  expect(group).toMatchObject({ fresh: 1, since: now - 8 * 60_000, latest: now - 60_000 });
  expect(group?.targets.map(({ target, fresh, connections }) => [target, fresh, ids(connections)])).toEqual([
    ["10.0.0.8:1883", 1, "new"],
    ["10.0.0.7:1883", 0, "old older"],
  ]);
});

test("refused certificates are grouped by their issuer, not by address", () => {
  const [group] = groupFailures(
    [refused("1", "CN=Plant CA"), refused("2", "CN=Lab CA"), refused("3", "CN=Plant CA")],
    2,
  );
  expect(group?.targets.map(({ target, connections }) => [target, ids(connections)])).toEqual([
    ["CN=Plant CA", "1 3"],
    ["CN=Lab CA", "2"],
  ]);
});

test("failures because the plugin tls is off are a group of their own", () => {
  const withNote = (id: string, key: string): Connection => {
    const connection = refused(id, "CN=Plant CA");
    Object.assign(connection.status?.error ?? {}, { notes: [{ key, params: {} }] });
    return connection;
  };
  const groups = groupFailures(
    [
      withNote("1", "tlsSettingsUnused"),
      refused("2", "CN=Plant CA"),
      withNote("3", "tlsSettingsUnused"),
      // It has no settings that the plugin could use.
      withNote("4", "tlsSettingsOff"),
    ],
    2,
  );
  expect(groups.map(({ code, isPluginOff, connections }) => [code, isPluginOff, ids(connections)])).toEqual([
    ["SELF_SIGNED_CERT_IN_CHAIN", true, "1 3"],
    ["SELF_SIGNED_CERT_IN_CHAIN", false, "2 4"],
  ]);
  expect(groups.every(({ sharesCode }) => sharesCode)).toBe(true);
  expect(groupFailures(CONNECTIONS, 2).some(({ sharesCode }) => sharesCode)).toBe(false);
  expect(new Set(groups.map(({ key }) => key)).size).toBe(2);
});

test("connections that can't be read are a group of their own", () => {
  const unreadable: Connection = { id: "u", name: "Lost", url: "mqtt://lost.example" };
  const groups = groupFailures([unreadable, ...CONNECTIONS], FRESH * 2);
  expect(groups.map(({ code }) => code)).toEqual(["ECONNREFUSED", "ENOTFOUND", undefined]);
  expect(groups[2]).toMatchObject({ fresh: 0, connections: [unreadable] });
});

test("a group says when its first failure may have begun earlier; such a failure is not new", () => {
  const connection = failing("e", "ETIMEDOUT", 1);
  if (connection.status) connection.status.sinceKnown = false;
  expect(groupFailures([connection], 2)[0]).toMatchObject({ isSinceKnown: false, fresh: 0 });
});

test("an IPv6 address is in brackets, and a name that can't be resolved has no port", () => {
  const error = { code: "ECONNREFUSED", message: "", stage: "tcp" } as const;
  expect(failureAddress({ ...error, address: "::1", port: 1883 })).toBe("[::1]:1883");
  expect(failureAddress({ ...error, address: "press.example" })).toBe("press.example");
  expect(failureAddress(error)).toBeUndefined();
  expect(failureAddress(undefined)).toBeUndefined();
});
