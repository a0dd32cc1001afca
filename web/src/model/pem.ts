import type { EncodedPem } from "../api/schema";

/** A certificate or a key: pasted text, or the bytes of a file; an empty string for none. */
export type PemInput = string | EncodedPem;

/** A file in the API's encoding, PEM or DER. */
export function encodePem(bytes: Uint8Array): EncodedPem {
  return { data: btoa(toBinaryString(bytes)), encoding: "base64" };
}

/** The labels of its PEM blocks: `CERTIFICATE`, `PRIVATE KEY`, … */
export function pemLabels(input: PemInput): string[] {
  const text = typeof input === "string" ? input : atob(input.data);
  return Array.from(text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g), (match) => match[1] ?? "");
}

/** Whether it contains a private key. */
export function containsPrivateKey(input: PemInput | undefined): boolean {
  return input !== undefined && pemLabels(input).some((label) => label.endsWith("PRIVATE KEY"));
}

/** The server's message, split into the reason and the command that it recommends. */
export function splitCommand(message: string): { readonly reason: string; readonly command?: string } {
  const [, reason, command] =
    /^(.*; (?:convert it first|decrypt it first, for example with)):? (.+)$/s.exec(message) ?? [];
  return reason !== undefined && command !== undefined ? { reason, command } : { reason: message };
}

/** A character per byte, as `btoa` needs it. */
function toBinaryString(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
