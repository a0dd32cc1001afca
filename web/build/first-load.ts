import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";

/** In kilobytes of 1000 bytes, packed by gzip, as a browser without brotli would fetch it. */
const MOST = 280;
const AIM = 180;

/** The page that most people open first; whether it comes with the entry or not, it counts. */
const FIRST_PAGE = /src\/pages\/FleetPage\.tsx$/;

/** Fails the build when a browser has to fetch too much before it can show the fleet, and says how much it is. */
export function firstLoad(): Plugin {
  return {
    name: "haltere-first-load",
    apply: "build",
    async writeBundle({ dir = "dist" }, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const first = chunks.filter(
        (chunk) => chunk.isEntry || chunk.moduleIds.some((id) => FIRST_PAGE.test(id.replaceAll("\\", "/"))),
      );
      if (!first.some((chunk) => chunk.isEntry)) this.error("there is no entry: what is the first load?");
      const wanted = new Set<string>();
      const want = (name: string) => {
        const chunk = bundle[name];
        if (wanted.has(name) || chunk?.type !== "chunk") return;
        wanted.add(name);
        for (const style of chunk.viteMetadata?.importedCss ?? []) wanted.add(style);
        for (const inner of chunk.imports) want(inner);
      };
      for (const chunk of first) want(chunk.fileName);

      const sizes = await Promise.all([...wanted].map((name) => size(join(dir, name))));
      const total = sizes.reduce((sum, bytes) => sum + bytes, 0) / 1000;
      const said = `the first load is ${total.toFixed(1)} KB in ${wanted.size} files (aim ${AIM}, at most ${MOST})`;
      if (total > MOST) this.error(said);
      this.info(said);
    },
  };
}

async function size(path: string): Promise<number> {
  return (await promisify(gzip)(await readFile(path), { level: 9 })).length;
}
