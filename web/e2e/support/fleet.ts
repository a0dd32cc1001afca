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
