import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly description?: string;
}

const OPENAPI = JSON.parse(readFileSync(join(import.meta.dirname, "../../../openapi/haltere.json"), "utf8")) as {
  components: { schemas: Readonly<Record<string, Schema>> };
};

/** The bodies of requests that create, change or test a connection. */
export const CONNECTION_BODIES = [
  "ConnectionInput",
  "ConnectionPatch",
  "ConnectionTestInput",
  "ConnectionTestPatch",
] as const;

/**
 * For tests: the paths of all properties that such a body may contain, and that a refusal may name: `name`,
 * `credentials.username`, `ca.data`, …
 */
export function requestProperties(body: (typeof CONNECTION_BODIES)[number]): string[] {
  return paths(OPENAPI.components.schemas[body] ?? {});
}

function paths({ properties = {}, oneOf = [] }: Schema, prefix = ""): string[] {
  const own = Object.entries(properties).flatMap(([name, schema]) =>
    // Status and broker may be sent back, and are dropped.
    /dropped/i.test(schema.description ?? "") ? [] : [prefix + name, ...paths(schema, `${prefix}${name}.`)],
  );
  return [...own, ...oneOf.flatMap((schema) => paths(schema, prefix))];
}
