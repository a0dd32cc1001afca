import { afterEach, expect, test, vi } from "vitest";

import { strongETag } from "./connections";
import type { Connection } from "./schema";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("an ETag is restored to the server's own after a compressing proxy changed it", () => {
  for (const tag of ['"1f0a"', 'W/"1f0a"', '"1f0a-gzip"', '"1f0a-br"']) expect(strongETag(tag)).toBe('"1f0a"');
  expect(strongETag(null)).toBeUndefined();
});

/** A server with one connection. `onRead` is called once it has answered a GET. */
function serve(stored: Connection, onRead: (change: (by: Partial<Connection>) => void) => void) {
  let [connection, version] = [stored, 1];
  const patches: unknown[] = [];
  const change = (by: Partial<Connection>) => {
    connection = { ...connection, ...by };
    version += 1;
  };
  const headers = () => ({ ETag: `"${version}"`, "Content-Type": "application/json" });
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "GET") {
      const answer = new Response(JSON.stringify(connection), { headers: headers() });
      onRead(change);
      return answer;
    }
    if (request.headers.get("If-Match") !== `"${version}"`) {
      const refusal = {
        code: "PRECONDITION_FAILED",
        message: "changed",
        lastChange: { user: "nina", changed: ["name"] },
      };
      return new Response(JSON.stringify(refusal), { status: 412, headers: headers() });
    }
    const patch = (await request.json()) as Partial<Connection>;
    patches.push(patch);
    change(patch);
    return new Response(JSON.stringify(connection), { headers: headers() });
  });
  return { patches, stored: () => connection };
}

/** Loaded again, because the client keeps the `fetch` that it finds. */
async function loadApi() {
  vi.resetModules();
  return import("./connections");
}

const press = { id: "press", name: "Press", url: "mqtts://127.0.0.1:3" } as Connection;

test("a change is of the version that was seen", async () => {
  const server = serve(press, () => undefined);
  const { patchSeenConnection } = await loadApi();

  expect(await patchSeenConnection(press, { name: "New" })).toBe('"2"');

  expect(server.stored().name).toBe("New");
});

test("another user's change between reading and changing a connection is not overwritten", async () => {
  const server = serve(press, (change) => change({ name: "Hers" }));
  const { patchSeenConnection } = await loadApi();

  const change = patchSeenConnection(press, { name: "His" });

  await expect(change).rejects.toMatchObject({ isEditConflict: true, lastChange: { user: "nina" } });
  expect(server.patches).toEqual([]);
  expect(server.stored().name).toBe("Hers");
});

test("a connection that was changed before it is read is not changed either", async () => {
  const server = serve({ ...press, name: "Hers" }, () => undefined);
  const { patchSeenConnection } = await loadApi();

  await expect(patchSeenConnection(press, { name: "His" })).rejects.toMatchObject({ isEditConflict: true });
  expect(server.patches).toEqual([]);
});
