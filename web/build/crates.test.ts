import { expect, test } from "vitest";

import type { Metadata } from "./crates";
import { shippedCrates } from "./crates";

type Package = Metadata["packages"][number];

const crate = (name: string, change: Partial<Package> = {}): Package => ({
  id: `${name}#1`,
  name,
  version: "1.0.0",
  license: "MIT",
  source: "registry",
  targets: [{ kind: ["lib"] }],
  ...change,
});

const needs = (name: string, ...deps: [string, ...(string | null)[]][]) => ({
  id: `${name}#1`,
  deps: deps.map(([dep, ...kinds]) => ({ pkg: `${dep}#1`, dep_kinds: kinds.map((kind) => ({ kind })) })),
});

test("only third-party crates in the binary are listed, not those that build or test it", () => {
  const metadata: Metadata = {
    packages: [
      crate("binary", { source: null }),
      crate("binary", { id: "impostor", version: "6.6.6" }),
      crate("own-library", { source: null }),
      crate("runtime", { license: "MIT/Apache-2.0" }),
      crate("deep", { license: null }),
      crate("derive", { targets: [{ kind: ["proc-macro"] }] }),
      crate("syntax"),
      crate("compiler"),
      crate("tester"),
      crate("both"),
      crate("stranger"),
    ],
    resolve: {
      nodes: [
        needs("binary", ["own-library", null], ["compiler", "build"], ["tester", "dev"], ["both", "dev", null]),
        needs("own-library", ["runtime", null], ["derive", null]),
        needs("runtime", ["deep", null], ["binary", null]),
        needs("derive", ["syntax", null]),
      ],
    },
  };
  expect(shippedCrates(metadata, "binary").map(({ name, licence }) => `${name}: ${licence}`)).toEqual([
    "runtime: MIT OR Apache-2.0",
    "deep: unknown",
    "both: MIT",
  ]);
});
