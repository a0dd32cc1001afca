import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";

import type { Component } from "../src/util/licences.ts";
import { printLicences } from "../src/util/licences.ts";
import { cargoMetadata, shippedCrates } from "./crates.ts";

/** Beside the page, under a name that stays: people may want to read it without the console. */
const LICENCE_FILE = "licences.txt";

/** Where Vite leaves what it knows of the packages it has bundled. */
const VITE_LICENCE_FILE = "packages.json";

/** Lists what the console and the binary are made of, with licences. Without cargo, only the console. */
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

function toComponent({ name, version, identifier = "unknown", text = "" }: VitePackage): Component {
  return { kind: "npm", name, version, licence: identifier, text };
}

async function ownComponent(): Promise<Component> {
  const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
  const text = await readFile("../LICENSE", "utf8");
  return { kind: "haltere", name: "haltere", version, licence: "Apache-2.0", text };
}

// Compared as they are: the same list in every language and on every machine.
function byName(a: Component, b: Component): number {
  const [one, other] = [`${a.name} ${a.version}`, `${b.name} ${b.version}`];
  return one < other ? -1 : one > other ? 1 : 0;
}
