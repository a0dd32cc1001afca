import { afterEach, expect, test, vi } from "vitest";

import { ApiError } from "./client";
import type { ImportEvent } from "./transfer";
import { exportConnections, importConnections, rejectedReport } from "./transfer";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** The events of an import that gets this response, and the error it throws. */
async function importEvents(answer: Response): Promise<{ events: ImportEvent[]; error?: unknown }> {
  vi.stubGlobal("fetch", async () => answer);
  const events: ImportEvent[] = [];
  try {
    for await (const event of importConnections(new Blob(["{}"]), "all", new AbortController().signal)) {
      events.push(event);
    }
    return { events };
  } catch (error) {
    return { events, error };
  }
}

const named = (disposition: string) => new Response("{}", { headers: { "Content-Disposition": disposition } });
const stream = (text: string) => new Response(text, { headers: { "Content-Type": "text/event-stream" } });
const progress = 'event: progress\ndata: {"stage":"checking","done":1,"total":2}\n\n';
const report = 'event: report\ndata: {"done":true}\n\n';

test("the known events of the stream are returned in order", async () => {
  const links = 'event: links\ndata: {"pending":1}\n\n';
  const { events, error } = await importEvents(
    stream(`${progress}: still here\n\n${report}event: new\ndata: {}\n\n${links}`),
  );
  expect(events.map(({ event }) => event)).toEqual(["progress", "report", "links"]);
  expect(error).toBeUndefined();
});

test("an error within the stream is thrown, with its report", async () => {
  const { error } = await importEvents(
    stream(`${progress}event: error\ndata: {"code":"INVALID","message":"1 of 2","report":{"refuse":1}}\n\n`),
  );
  expect(error).toMatchObject({ code: "INVALID", message: "1 of 2" });
  expect(rejectedReport(error)).toEqual({ refuse: 1 });
});

test("a stream that ends before its report fails, one that ends after it does not", async () => {
  expect((await importEvents(stream(progress))).error).toMatchObject({ isUnreachable: true });
  expect((await importEvents(stream(report))).error).toBeUndefined();
});

test("a refusal before the stream is thrown", async () => {
  const body = { code: "CONFLICT", message: "another import is under way" };
  const { error } = await importEvents(Response.json(body, { status: 409 }));
  expect(error).toMatchObject({ status: 409, ...body });
  expect(rejectedReport(error)).toBeUndefined();
  expect((await importEvents(new Response("<html>", { status: 502 }))).error).toMatchObject({ message: "HTTP 502" });
});

test("an export takes the file name from the server, without a folder", async () => {
  vi.stubGlobal("fetch", async () => named('attachment; filename="haltere-connections.json"'));
  expect((await exportConnections(true)).name).toBe("haltere-connections.json");
  vi.stubGlobal("fetch", async () => named('attachment; filename="../x"'));
  expect((await exportConnections(true)).name).toBe("connections.json");
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("no");
  });
  await expect(exportConnections(false)).rejects.toThrow(ApiError);
});
