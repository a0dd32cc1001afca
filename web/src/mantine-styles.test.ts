import { existsSync, readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

const STYLES = "@mantine/core/styles";

const stylesOf = (source: string): Set<string> =>
  new Set([...source.matchAll(/@mantine\/core\/styles\/(\w+)\.css/g)].map(([, name = ""]) => name));

const componentsOf = (source: string): string[] =>
  [...source.matchAll(/import \{([^}]*)\} from "@mantine\/core"/g)]
    .flatMap(([, names = ""]) => names.split(",").map((name) => name.trim()))
    .filter((name) => existsSync(`node_modules/${STYLES}/${name}.css`));

test("each file that uses a component of Mantine loads its style sheet", () => {
  const always = stylesOf(readFileSync("src/app/styles.css", "utf8"));
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".tsx"));
  const missing = files.flatMap((file) => {
    const source = readFileSync(`src/${file}`, "utf8");
    const own = stylesOf(source);
    return componentsOf(source)
      .filter((name) => !always.has(name) && !own.has(name))
      .map((name) => `${file}: ${name}`);
  });
  expect(missing).toEqual([]);
});
