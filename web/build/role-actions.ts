import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";

/** Printed from the server's policy; a test there keeps it up to date. */
const ACCESS = new URL("../../docs/access.md", import.meta.url);

const MODULE = "virtual:role-actions";
const RESOLVED = `\0${MODULE}`;

/** Offers the actions that each role allows as a module, so that the console has no copy of the policy. */
export function roleActions(): Plugin {
  return {
    name: "haltere-role-actions",
    resolveId: (id) => (id === MODULE ? RESOLVED : undefined),
    async load(id) {
      if (id !== RESOLVED) return undefined;
      return `export const ROLE_ACTIONS = ${JSON.stringify(parseAccess(await readFile(ACCESS, "utf8")))};`;
    },
  };
}

/** The actions of each role, in the order of the tables. */
export function parseAccess(page: string): Record<string, string[]> {
  const allowed = new Map<string, Set<string>>();
  let columns: string[] = [];
  for (const line of page.split("\n")) {
    if (!line.startsWith("|")) columns = [];
    const cells = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (cells.includes("action")) columns = cells;
    const [, action] = /^`([a-z.-]+)`$/.exec(cells[columns.indexOf("action")] ?? "") ?? [];
    if (action === undefined) continue;
    // The roles are between the plugin and the name in the audit trail.
    for (let column = columns.indexOf("plugin") + 1; column < columns.indexOf("audit"); column += 1) {
      const role = columns[column] ?? "";
      const actions = allowed.get(role) ?? new Set();
      if (cells[column] === "yes") actions.add(action);
      allowed.set(role, actions);
    }
  }
  if (allowed.size === 0) throw new Error("docs/access.md has no table of actions");
  return Object.fromEntries(Array.from(allowed, ([role, actions]) => [role, [...actions]]));
}
