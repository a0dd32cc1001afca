/** Something that haltere is made of, and what one may do with it. */
export interface Component {
  /** Where it comes from: haltere itself, the console's packages, or the binary's crates. */
  readonly kind: "haltere" | "npm" | "cargo";
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** The licence's text; empty where the expression has to do. */
  readonly text: string;
}

const HEAD = /^=== (haltere|npm|cargo) (\S+) (\S+) (.+)$/;

/** The list as a text that people can read, too. */
export function printLicences(components: readonly Component[]): string {
  return components
    .map(({ kind, name, version, licence, text }) => {
      const lines = trimBlankLines(text).split(/\r?\n/);
      // A text is somebody else's: it must not be taken for the next head.
      const body = lines.map((line) => (HEAD.test(line) ? ` ${line}` : line.trimEnd())).join("\n");
      return `=== ${kind} ${name} ${version} ${licence}\n${body && `\n${body}\n`}`;
    })
    .join("\n");
}

/** The list from its text; what stands before the first head is left out. */
export function parseLicences(text: string): Component[] {
  const found: { head: Omit<Component, "text">; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const [, kind, name = "", version = "", licence = ""] = HEAD.exec(line) ?? [];
    if (kind) found.push({ head: { kind: kind as Component["kind"], name, version, licence }, lines: [] });
    else found.at(-1)?.lines.push(line);
  }
  return found.map(({ head, lines }) => ({ ...head, text: trimBlankLines(lines.join("\n")) }));
}

/** Without what surrounds it; the first line keeps its place. */
function trimBlankLines(text: string): string {
  return text.replace(/^(\s*\n)+/, "").trimEnd();
}
