import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { Component } from "../src/util/licences.ts";

/** The binary's targets; crates for other platforms are not in it. */
const PLATFORMS = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

/** The parts of `cargo metadata` that are used. */
export interface Metadata {
  readonly packages: readonly {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly license: string | null;
    /** Absent for crates of this repository. */
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

/** Runs `cargo metadata`, without the network if possible. */
export async function cargoMetadata(folder: string): Promise<Metadata> {
  const ask = async (...more: string[]) => {
    const platforms = PLATFORMS.flatMap((platform) => ["--filter-platform", platform]);
    const options = ["metadata", "--locked", "--format-version", "1", ...platforms, ...more];
    const { stdout } = await promisify(execFile)("cargo", options, { cwd: folder, maxBuffer: 256 * 1024 * 1024 });
    return JSON.parse(stdout) as Metadata;
  };
  // Offline mode fails if crates were never downloaded. Without cargo both fail.
  return ask("--offline").catch(() => ask());
}

/** The third-party crates in the binary `root`, without those that only build or test it. */
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
      // The notation from before SPDX expressions.
      licence: (license ?? "unknown").replaceAll("/", " OR "),
      text: "",
    }));
}
