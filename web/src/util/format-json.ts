/** Nesting that is deeper is not indented any further: a small text could become a huge one. */
const MAX_INDENT = 32;

/** What a part of a JSON text is. */
type JsonTokenKind = "key" | "string" | "number" | "literal" | "punctuation" | "space";

export interface JsonToken {
  readonly kind: JsonTokenKind;
  readonly text: string;
}

interface FormattedJson {
  readonly tokens: readonly JsonToken[];
  /** Whether these are not all. */
  readonly isCut: boolean;
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;

/**
 * Indents the first `maxTokens` tokens and `maxLength` characters of a JSON text; undefined if it is none. Values stay
 * as they are written: `JSON.parse` would round numbers and drop all but one of equal keys.
 */
export function formatJson(text: string, maxTokens: number, maxLength: number): FormattedJson | undefined {
  if (!isJson(text)) return undefined;
  const tokens: JsonToken[] = [];
  let depth = 0;
  let previous: string | undefined;
  const breakLine = () => tokens.push({ kind: "space", text: `\n${"  ".repeat(Math.min(depth, MAX_INDENT))}` });
  let count = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (count++ >= maxTokens || index >= maxLength) return { tokens, isCut: true };
    const isClosing = token === "}" || token === "]";
    if (isClosing) depth -= 1;
    // An empty object or array stays on its line.
    if (isClosing ? !isOpening(previous) : isOpening(previous) || previous === ",") breakLine();
    if (previous === ":") tokens.push({ kind: "space", text: " " });
    const end = index + token.length;
    const part = token.slice(0, maxLength - index);
    tokens.push({ kind: kindOf(token, text, end), text: part });
    if (part !== token) return { tokens, isCut: true };
    if (isOpening(token)) depth += 1;
    previous = token;
  }
  return { tokens, isCut: false };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const isOpening = (token: string | undefined) => token === "{" || token === "[";

const COLON = /\s*:/y;

function kindOf(token: string, text: string, end: number): JsonTokenKind {
  if (token.startsWith('"')) {
    COLON.lastIndex = end;
    return COLON.test(text) ? "key" : "string";
  }
  if (/^[-\d]/.test(token)) return "number";
  return /^[tfn]/.test(token) ? "literal" : "punctuation";
}
