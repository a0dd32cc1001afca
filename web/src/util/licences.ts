/** A component of haltere and its licence. */
export interface Component {
  /** Its origin: haltere itself, the console's npm packages or the binary's crates. */
  readonly kind: "haltere" | "npm" | "cargo";
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** The licence's text; empty if only the expression is known. */
  readonly text: string;
}

const HEADER = /^=== (haltere|npm|cargo) (\S+) (\S+) (.+)$/;

/** Prints the list as readable text. */
export function printLicences(components: readonly Component[]): string {
  return components
    .map(({ kind, name, version, licence, text }) => {
      const lines = trimBlankLines(text).split(/\r?\n/);
      // Third-party text must not be parsed as the next header.
      const body = lines.map((line) => (HEADER.test(line) ? ` ${line}` : line.trimEnd())).join("\n");
      return `=== ${kind} ${name} ${version} ${licence}\n${body && `\n${body}\n`}`;
    })
    .join("\n");
}

/** Parses a printed list; text before the first header is ignored. */
export function parseLicences(text: string): Component[] {
  const found: { head: Omit<Component, "text">; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const [, kind, name = "", version = "", licence = ""] = HEADER.exec(line) ?? [];
    if (kind) found.push({ head: { kind: kind as Component["kind"], name, version, licence }, lines: [] });
    else found.at(-1)?.lines.push(line);
  }
  return found.map(({ head, lines }) => ({ ...head, text: trimBlankLines(lines.join("\n")) }));
}

/** Removes blank lines around a text; the first line keeps its indentation. */
function trimBlankLines(text: string): string {
  return text.replace(/^(\s*\n)+/, "").trimEnd();
}
