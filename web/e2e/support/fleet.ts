import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

import type { Api } from "./api";
import type { Broker } from "./broker";
import { NOWHERE } from "./ports";

/** A connection whose id is its name in lower case. */
export const named = (name: string, url: string) => ({ id: name.toLowerCase(), name, url });

/** A fleet in which each state occurs that one meets in a day's work. */
export async function populate(admin: Api, broker: Broker): Promise<void> {
  await admin.load([
    named("Press", broker.url),
    named("Belt", broker.url),
    named("Oven", NOWHERE),
    named("Kiln", NOWHERE),
    named("Store", broker.url),
    { ...named("Lathe", broker.url), credentials: { username: "haltere", password: "secret" } },
  ]);
  await admin.disconnect("store");
  await Promise.all(["press", "belt", "lathe"].map(async (id) => admin.isOnline(id)));
}

/** A port on which somebody takes calls and says nothing: who dials it is connecting for long. */
export async function silence(): Promise<{ url: string; end: () => void }> {
  const server = createServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, end: () => server.close() };
}
