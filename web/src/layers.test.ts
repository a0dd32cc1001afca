/**
 * The layers of the console: an import points only down, and some packages stay on some layers.
 *
 * When your import fails here, move the code to the layer where both sides can reach it, or change the
 * table and give the reason.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";

import ts from "typescript";
import { expect, test } from "vitest";

/** The folders of `src` from the lowest to the highest layer, and what each is for. */
const LAYERS: readonly (readonly [folder: string, reason: string])[] = [
  ["util", "knows neither haltere's API nor React"],
  ["api", "the only layer that talks to the server"],
  ["i18n", "messages name the API's types"],
  ["model", "what the API's data means to a person; pure functions"],
  ["hooks", "React without markup"],
  ["ui", "markup that requests nothing and links nowhere"],
  ["components", "markup that knows the API and the pages' addresses"],
  ["forms", "composed from components"],
  ["pages", "composed from all lower layers; no page imports another's parts"],
  ["app", "the only layer that knows all pages"],
];

/** Packages that only some layers import, and why. */
const PACKAGES: readonly (readonly [pattern: RegExp, folders: readonly string[], reason: string])[] = [
  [/^openapi-fetch$/, ["api"], "one client"],
  [/^react-dom/, ["", "hooks"], "one root; hooks are tested in one of their own"],
  [/^react$/, ["api", "i18n", "hooks", "ui", "components", "forms", "pages", "app", ""], "util and model are pure"],
  [/^@tanstack\/react-query$/, ["api", "components", "forms", "pages", "app"], "ui gets its data as props"],
  [/^@tanstack\/react-router$/, ["components", "pages", "app"], "ui and forms work on any page"],
  [/^@tanstack\/react-virtual$/, ["ui", "pages"], "tables, and lists of any length"],
  [/^@mantine\//, ["hooks", "ui", "components", "forms", "pages", "app"], "lower layers render nothing"],
  [/^uplot/, ["ui"], "one frame for all charts"],
  [/^uqr$/, ["ui"], "one component for QR codes"],
  [/^@tabler\//, ["ui", "components", "forms", "pages", "app"], "lower layers render nothing"],
];

/** What code outside of `src` may import from it. */
const OUTSIDE: readonly (readonly [folder: string, imports: readonly string[], reason: string])[] = [
  ["build", ["util"], "the build runs in Node, without the API's types"],
  ["e2e", ["api", "i18n"], "browser tests use types and texts, and nothing of the implementation"],
];

const WEB = join(import.meta.dirname, "..");

interface Module {
  readonly path: string;
  /** The modules of ours that it imports, by path. */
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

function filesIn(folder: string): string[] {
  const names = readdirSync(join(WEB, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => /\.tsx?$/.test(name)).map((name) => join(folder, name));
}

function parse(path: string, files: ReadonlySet<string>): Module {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(WEB, path), "utf8"), true, true);
  const names = importedFiles.map(({ fileName }) => fileName);
  const resolve = (name: string) => {
    const target = normalize(join(dirname(path), name));
    return ["", ".ts", ".tsx", ".d.ts"].map((ending) => target + ending).find((file) => files.has(file));
  };
  const imports = names.filter((name) => name.startsWith(".")).flatMap((name) => resolve(name) ?? []);
  return { path, imports, packages: names.filter((name) => !name.startsWith(".")) };
}

const FILES = new Set(["src", "build", "e2e"].flatMap(filesIn));
const MODULES = [...FILES].map((path) => parse(path, FILES));

/** The folder of a module in `src`; empty for those directly in it. */
const folderOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1] ?? "";
const layerOf = (path: string) => {
  const folder = folderOf(path);
  return folder === "" ? LAYERS.length : LAYERS.findIndex(([name]) => name === folder);
};
/** The page whose part a module is. */
const pageOf = (path: string) => /^src\/pages\/([^/]+)\//.exec(path)?.[1];
const inSource = MODULES.filter(({ path }) => path.startsWith("src/"));

test("every folder is a layer, and every layer a folder", () => {
  const folders = new Set(inSource.map(({ path }) => folderOf(path)).filter(Boolean));
  expect([...folders].toSorted()).toEqual(LAYERS.map(([folder]) => folder).toSorted());
});

test("an import points only down", () => {
  const arrows = inSource.flatMap(({ path, imports }) => imports.map((target) => [path, target] as const));
  expect(arrows.length).toBeGreaterThan(400);
  const up = arrows.filter(([path, target]) => target.startsWith("src/") && layerOf(target) > layerOf(path));
  expect(up.map((arrow) => arrow.join(" imports "))).toEqual([]);
  const out = arrows.filter(([, target]) => !target.startsWith("src/"));
  expect(out.map((arrow) => arrow.join(" imports "))).toEqual([]);
});

test("no page imports another page's parts", () => {
  const wrong = inSource.flatMap(({ path, imports }) =>
    imports
      .filter((target) => pageOf(path) && pageOf(target) && pageOf(path) !== pageOf(target))
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

for (const [pattern, folders, reason] of PACKAGES) {
  test(`a package stays on its layers: ${pattern.source} (${reason})`, () => {
    const importing = inSource.filter(({ packages }) => packages.some((name) => pattern.test(name)));
    expect(importing).not.toEqual([]);
    expect(importing.filter(({ path }) => !folders.includes(folderOf(path))).map(({ path }) => path)).toEqual([]);
  });
}

for (const [folder, allowed, reason] of OUTSIDE) {
  test(`${folder} imports from src only ${allowed.join(" and ")}: ${reason}`, () => {
    const targets = MODULES.filter(({ path }) => path.startsWith(`${folder}/`)).flatMap(({ imports }) => imports);
    const inner = targets.filter((target) => target.startsWith("src/"));
    expect(inner).not.toEqual([]);
    expect(inner.filter((target) => !allowed.includes(folderOf(target)))).toEqual([]);
  });
}

test("no modules import each other in a circle", () => {
  const byPath = new Map(MODULES.map((module) => [module.path, module]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, chain: readonly string[]) => {
    if (chain.includes(path)) circles.push([...chain.slice(chain.indexOf(path)), path].join(" → "));
    if (chain.includes(path) || done.has(path)) return;
    for (const target of byPath.get(path)?.imports ?? []) visit(target, [...chain, path]);
    done.add(path);
  };
  for (const { path } of MODULES) visit(path, []);
  expect(circles).toEqual([]);
});
