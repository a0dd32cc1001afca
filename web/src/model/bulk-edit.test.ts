import { expect, test } from "vitest";

import type { Connection } from "../api/schema";
import type { BulkEdit } from "./bulk-edit";
import { planEdits } from "./bulk-edit";

const CA = { data: "AAAA", encoding: "base64" } as const;
const NOTHING: BulkEdit = { scheme: undefined, ca: undefined, credentials: undefined, labels: undefined };

const PLAIN: Connection = { id: "a", name: "A", url: "mqtt://a:1883" };
const SECURE: Connection = {
  id: "b",
  name: "B",
  url: "mqtts://b:8883",
  ca: CA,
  credentials: { username: "u", clientId: "c" },
};

test("only connections that would change are planned, with the values before and after", () => {
  expect(planEdits(NOTHING, [PLAIN, SECURE])).toEqual([]);
  expect(planEdits({ ...NOTHING, scheme: "mqtts" }, [PLAIN, SECURE])).toEqual([
    {
      connection: PLAIN,
      patch: { url: "mqtts://a:8883" },
      undo: { url: "mqtt://a:1883" },
      url: { from: "mqtt://a:1883", to: "mqtts://a:8883" },
    },
  ]);
  expect(planEdits({ ...NOTHING, ca: CA }, [PLAIN, SECURE])).toEqual([
    { connection: PLAIN, patch: { ca: CA }, undo: { ca: null }, ca: { from: undefined, to: CA } },
  ]);
  expect(planEdits({ ...NOTHING, ca: "" }, [PLAIN, SECURE])).toEqual([
    { connection: SECURE, patch: { ca: null }, undo: { ca: CA }, ca: { from: CA, to: undefined } },
  ]);
});

test("credentials are replaced or removed without a way back, and the client id stays", () => {
  const given = planEdits({ ...NOTHING, credentials: { username: "v", password: "" } }, [PLAIN, SECURE]);
  expect(given.map(({ patch, undo }) => [patch, undo])).toEqual([
    [{ credentials: { username: "v", password: null } }, undefined],
    [{ credentials: { username: "v", password: null } }, undefined],
  ]);
  const removed = planEdits({ ...NOTHING, credentials: { username: "", password: "x" } }, [PLAIN, SECURE]);
  expect(removed.map(({ connection, patch }) => [connection.id, patch])).toEqual([
    ["b", { credentials: { username: null, password: null } }],
  ]);
});

test("labels are set and removed, and can be taken back", () => {
  const labelled = { ...SECURE, labels: { line: "2", site: "wien" } };
  const planned = planEdits({ ...NOTHING, labels: { site: "graz", line: null } }, [PLAIN, labelled]);
  expect(planned.map(({ patch, undo, labels }) => [patch, undo, labels])).toEqual([
    [{ labels: { site: "graz" } }, { labels: { site: null } }, { from: undefined, to: "site=graz" }],
    [
      { labels: { line: null, site: "graz" } },
      { labels: { line: "2", site: "wien" } },
      { from: "line=2 site=wien", to: "site=graz" },
    ],
  ]);
  expect(planEdits({ ...NOTHING, labels: { line: null } }, [PLAIN])).toEqual([]);
});
