import { readFile } from "node:fs/promises";
import type { Plugin, Rolldown } from "vite";

import type { Component } from "../src/util/licences.ts";
import { printLicences } from "../src/util/licences.ts";
import { cargoMetadata, shippedCrates } from "./crates.ts";

/** A stable name, so that the list can be read without the console. */
const LICENCE_FILE = "licences.txt";

/** Where Vite writes the packages that it bundled. */
const VITE_LICENCE_FILE = "packages.json";

/** Lists the licences of the console and the binary. Without cargo, only those of the console. */
export function licences(): Plugin {
  return {
    name: "haltere-licences",
    apply: "build",
    config: () => ({ build: { license: { fileName: VITE_LICENCE_FILE } } }),
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const asset = bundle[VITE_LICENCE_FILE];
        if (asset?.type !== "asset") this.error("Vite has not listed the licences of packages");
        delete bundle[VITE_LICENCE_FILE];
        const packages = JSON.parse(String(asset.source)) as VitePackage[];
        packages.push(...(await assetPackages(bundle)));
        const crates = await cargoMetadata("..").then(
          (metadata) => shippedCrates(metadata, "haltere"),
          (cause: unknown) => {
            this.warn(`the licences are the console's alone: ${String(cause).split("\n")[0]}`);
            return [];
          },
        );
        const source = printLicences([
          await ownComponent(),
          ...packages.map(toComponent).toSorted(byName),
          ...crates.toSorted(byName),
        ]);
        this.emitFile({ type: "asset", fileName: LICENCE_FILE, source });
      },
    },
  };
}

/** An entry of Vite's list. */
interface VitePackage {
  readonly name: string;
  readonly version: string;
  readonly identifier?: string;
  readonly text?: string;
}

/** Vite lists only packages with scripts: these are those of other files, such as fonts. */
async function assetPackages(bundle: Rolldown.OutputBundle): Promise<VitePackage[]> {
  const files = Object.values(bundle).flatMap((file) => (file.type === "asset" ? file.originalFileNames : []));
  return Promise.all(
    packageFolders(files).map(async (folder) => {
      const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, "utf8")) as PackageJson;
      return { name, version, identifier: license, text: await readFile(`${folder}/LICENSE`, "utf8") };
    }),
  );
}

/** The folders of the packages that files are from. */
export function packageFolders(files: readonly string[]): string[] {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  return [...new Set(folders)];
}

/** Of a package's `package.json`. */
interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

function toComponent({ name, version, identifier = "unknown", text = "" }: VitePackage): Component {
  return { kind: "npm", name, version, licence: identifier, text };
}

async function ownComponent(): Promise<Component> {
  const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
  const text = await readFile("../LICENSE", "utf8");
  return { kind: "haltere", name: "haltere", version, licence: "Apache-2.0", text };
}

// Compares code units, so that the list is the same on every machine.
function byName(a: Component, b: Component): number {
  const [one, other] = [`${a.name} ${a.version}`, `${b.name} ${b.version}`];
  return one < other ? -1 : one > other ? 1 : 0;
}
