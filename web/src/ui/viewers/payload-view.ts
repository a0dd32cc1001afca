import type { JsonToken } from "../../util/format-json";
import { formatJson } from "../../util/format-json";
import type { HexLine } from "../../util/hex-dump";
import { hexDump } from "../../util/hex-dump";

export type PayloadKind = "json" | "text" | "hex";

/** The bytes or characters that are shown at most: rendering a payload of megabytes would freeze the page. */
export const MAX_SHOWN: Record<PayloadKind, number> = { json: 32 * 1024, text: 64 * 1024, hex: 8 * 1024 };

/** Many of them are elements. */
export const MAX_JSON_TOKENS = 2_000;

/** In bytes; a larger payload is not parsed to find out whether it is JSON. */
const MAX_PARSED = 1024 * 1024;

/** The beginning of a payload, as it is shown. */
type PayloadView = { readonly isCut: boolean } & (
  | { readonly kind: "json"; readonly tokens: readonly JsonToken[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "hex"; readonly lines: readonly HexLine[] }
);

/** The views that a payload has, the most meaningful first. The last is hex. */
export function payloadViews(bytes: Uint8Array): readonly [PayloadView, ...PayloadView[]] {
  const lines = hexDump(bytes.subarray(0, MAX_SHOWN.hex));
  const hex: PayloadView = { kind: "hex", lines, isCut: bytes.length > MAX_SHOWN.hex };
  const all = decodeText(bytes);
  if (all === undefined) return [hex];
  const text: PayloadView = { kind: "text", text: all.slice(0, MAX_SHOWN.text), isCut: all.length > MAX_SHOWN.text };
  const json = bytes.length <= MAX_PARSED ? formatJson(all, MAX_JSON_TOKENS, MAX_SHOWN.json) : undefined;
  return json ? [{ kind: "json", ...json }, text, hex] : [text, hex];
}

/** The whole payload as the copy of a view. */
export function copyOf(bytes: Uint8Array, kind: PayloadKind): string {
  if (kind !== "hex") return decodeText(bytes) ?? "";
  return hexDump(bytes)
    .map(({ offset, hex, text }) => `${offset}  ${hex.padEnd(48)}  |${text}|`)
    .join("\n");
}

/** The bytes as UTF-8; undefined if they are not valid. */
function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
