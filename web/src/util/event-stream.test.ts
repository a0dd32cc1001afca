import { expect, test } from "vitest";

import type { ServerSentEvent } from "./event-stream";
import { readEvents } from "./event-stream";

/** A body that arrives in chunks of `size` bytes. */
function body(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
}

test.each([1, 2, 7, 1000])("events are parsed from chunks of %i bytes", async (size) => {
  const text = ': hello\n\nevent: stage\ndata: {"ö":\ndata: 1}\n\r\ndata:x\r\n\r\nevent: cut';
  const seen: ServerSentEvent[] = [];
  for await (const event of readEvents(body(text.replace("\n\r\n", "\n\n"), size))) seen.push(event);
  expect(seen).toEqual([
    { event: "stage", data: '{"ö":\n1}' },
    { event: "message", data: "x" },
  ]);
});

test("Unicode line separators don't end a line", async () => {
  const seen: ServerSentEvent[] = [];
  for await (const event of readEvents(body("event: report\ndata: a\u2028b\u2029c\u0085d\n\n", 1000))) seen.push(event);
  expect(seen).toEqual([{ event: "report", data: "a\u2028b\u2029c\u0085d" }]);
});
