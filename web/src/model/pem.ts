import type { EncodedPem } from "../api/schema";

/** A certificate or a key as somebody gave it: pasted text, or a file's bytes. The server reads both; empty: none. */
export type PemInput = string | EncodedPem;

/** A file as the API takes it, whatever its form. */
export function encodePem(bytes: Uint8Array): EncodedPem {
  return { data: btoa(toBinaryString(bytes)), encoding: "base64" };
}

/** What the PEM blocks in it are labelled: `CERTIFICATE`, `PRIVATE KEY`, … */
export function pemLabels(given: PemInput): string[] {
  const text = typeof given === "string" ? given : atob(given.data);
  return Array.from(text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g), (match) => match[1] ?? "");
}

/** Whether a private key is in it, next to what else there is. */
export function containsPrivateKey(given: PemInput | undefined): boolean {
  return given !== undefined && pemLabels(given).some((label) => label.endsWith("PRIVATE KEY"));
}

/** What the server says about it, and the command that it names, which is to be copied. */
export function splitCommand(message: string): { readonly reason: string; readonly command?: string } {
  const [, reason, command] =
    /^(.*; (?:convert it first|decrypt it first, for example with)):? (.+)$/s.exec(message) ?? [];
  return reason !== undefined && command !== undefined ? { reason, command } : { reason: message };
}

/** A letter for each byte. */
function toBinaryString(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
