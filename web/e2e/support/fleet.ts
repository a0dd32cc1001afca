import type { Api } from "./api";
import type { Broker } from "./broker";
import { UNREACHABLE_URL } from "./ports";

/** A connection whose id is its name in lower case. */
export const connectionNamed = (name: string, url: string) => ({ id: name.toLowerCase(), name, url });

/** A fleet with every common state. */
export async function populate(admin: Api, broker: Broker): Promise<void> {
  await admin.load([
    connectionNamed("Press", broker.url),
    connectionNamed("Belt", broker.url),
    connectionNamed("Oven", UNREACHABLE_URL),
    connectionNamed("Kiln", UNREACHABLE_URL),
    connectionNamed("Store", broker.url),
    { ...connectionNamed("Lathe", broker.url), credentials: { username: "haltere", password: "secret" } },
  ]);
  await admin.disconnect("store");
  await Promise.all(["press", "belt", "lathe"].map(async (id) => admin.isOnline(id)));
}
