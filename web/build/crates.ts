import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { Component } from "../src/util/licences.ts";

/** What the binary is built for; crates for other systems are not in it. */
const PLATFORMS = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

/** The part of what `cargo metadata` says that is looked at. */
export interface Metadata {
  readonly packages: readonly {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly license: string | null;
    /** Absent for what is in this repository. */
    readonly source: string | null;
    readonly targets: readonly { readonly kind: readonly string[] }[];
  }[];
  readonly resolve: {
    readonly nodes: readonly {
      readonly id: string;
      readonly deps: readonly {
        readonly pkg: string;
        readonly dep_kinds: readonly { readonly kind: string | null }[];
      }[];
    }[];
  };
}

/** Asks cargo what the lock file stands for, without the network where that will do. */
export async function cargoMetadata(folder: string): Promise<Metadata> {
  const ask = async (...more: string[]) => {
    const platforms = PLATFORMS.flatMap((platform) => ["--filter-platform", platform]);
    const options = ["metadata", "--locked", "--format-version", "1", ...platforms, ...more];
    const { stdout } = await promisify(execFile)("cargo", options, { cwd: folder, maxBuffer: 256 * 1024 * 1024 });
    return JSON.parse(stdout) as Metadata;
  };
  // Offline it fails where the crates were never fetched; that there is no cargo doesn't change.
  return ask("--offline").catch(() => ask());
}

/** The crates of others that get into the binary called `root`: not what only builds or tests it. */
export function shippedCrates({ packages, resolve }: Metadata, root: string): Component[] {
  const byId = new Map(packages.map((each) => [each.id, each]));
  const needs = new Map(resolve.nodes.map(({ id, deps }) => [id, deps]));
  const seen = new Set<string>();
  const waiting = packages.filter(({ name, source }) => name === root && !source).map(({ id }) => id);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const runsInCompiler = byId.get(id)?.targets.some(({ kind }) => kind.includes("proc-macro"));
    if (seen.has(id) || runsInCompiler) continue;
    seen.add(id);
    for (const { pkg, dep_kinds } of needs.get(id) ?? []) {
      if (dep_kinds.some(({ kind }) => kind === null)) waiting.push(pkg);
    }
  }
  return packages
    .filter(({ id, source }) => seen.has(id) && source)
    .map(({ name, version, license }) => ({
      kind: "cargo" as const,
      name,
      version,
      // How it was written before there were expressions.
      licence: (license ?? "unknown").replaceAll("/", " OR "),
      text: "",
    }));
}
