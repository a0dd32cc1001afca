import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";

/** In kilobytes of 1000 bytes after gzip, for browsers without brotli. */
const MAX_KB = 200;
const TARGET_KB = 170;

/** Counts, whether or not it is part of the entry: the page that opens first for most users, and the longest messages. */
const FIRST_MODULES = [/src\/pages\/FleetPage\.tsx$/, /src\/i18n\/de-core\.ts$/];

/**
 * Fails the build if scripts and styles of the first load of the fleet are too large, and prints their size: the files in
 * `index.html`, the first page, the German messages and their static imports.
 */
export function firstLoad(): Plugin {
  return {
    name: "haltere-first-load",
    apply: "build",
    async writeBundle({ dir = "dist" }, bundle) {
      const page = await readFile(join(dir, "index.html"), "utf8");
      const loaded = new Set<string>();
      const load = (file: (typeof bundle)[string]) => {
        if (loaded.has(file.fileName)) return;
        loaded.add(file.fileName);
        if (file.type !== "chunk") return;
        for (const name of [...file.imports, ...(file.viteMetadata?.importedCss ?? [])]) {
          if (bundle[name]) load(bundle[name]);
        }
      };
      for (const file of Object.values(bundle)) {
        // Text is shown without them.
        if (file.fileName.endsWith(".woff2")) continue;
        const isFirst =
          file.type === "chunk" && file.moduleIds.some((id) => FIRST_MODULES.some((module) => module.test(id)));
        if (isFirst || page.includes(file.fileName)) load(file);
      }

      const sizes = await Promise.all([...loaded].map((name) => size(join(dir, name))));
      const total = sizes.reduce((sum, bytes) => sum + bytes, 0) / 1000;
      const summary = `the first load is ${total.toFixed(1)} KB in ${loaded.size} files (aim ${TARGET_KB}, at most ${MAX_KB})`;
      if (total > MAX_KB) this.error(summary);
      this.info(summary);
    },
  };
}

async function size(path: string): Promise<number> {
  return (await promisify(gzip)(await readFile(path), { level: 9 })).length;
}
