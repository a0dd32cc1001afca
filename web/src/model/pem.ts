import type { EncodedPem } from "../api/schema";
import type { CertificateName } from "../util/x509";
import { readCertificate } from "../util/x509";

/** A certificate or a key: pasted text, or the bytes of a file; an empty string for none. */
export type PemInput = string | EncodedPem;

/** A file in the API's encoding, PEM or DER. */
export function encodePem(bytes: Uint8Array): EncodedPem {
  return { data: btoa(toBinaryString(bytes)), encoding: "base64" };
}

/** The labels of its PEM blocks: `CERTIFICATE`, `PRIVATE KEY`, … */
export function pemLabels(input: PemInput): string[] {
  return Array.from(toText(input).matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g), (match) => match[1] ?? "");
}

/** Its certificates, from PEM or DER; what can't be read is left out. */
export function certificatesIn(input: PemInput): CertificateName[] {
  return certificateBlocks(input).flatMap((binary) => readCertificate(toBytes(binary)) ?? []);
}

/** Whether a certificate is among the certificates of `input`. */
export function hasCertificate(input: PemInput, certificate: PemInput): boolean {
  const [sought] = certificateBlocks(certificate);
  return sought !== undefined && certificateBlocks(input).includes(sought);
}

/** The content of its certificates: all PEM blocks, else the whole as DER. */
function certificateBlocks(input: PemInput): string[] {
  const text = toText(input);
  const blocks = Array.from(
    text.matchAll(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([^-]*)-----END/g),
    (match) => fromBase64(match[1] ?? "") ?? "",
  );
  return blocks.length > 0 ? blocks : [text];
}

/** Whether it contains a private key. */
export function containsPrivateKey(input: PemInput | undefined): boolean {
  return input !== undefined && pemLabels(input).some((label) => label.endsWith("PRIVATE KEY"));
}

/** Whether two stored values are the same. */
export function isSamePem(one: EncodedPem | undefined, other: EncodedPem | undefined): boolean {
  return one?.data === other?.data && one?.encoding === other?.encoding;
}

/** What is wrong with a file, split into the reason and the command that it recommends, in backticks at its end. */
export function splitCommand(message: string): { readonly reason: string; readonly command?: string } {
  const [, reason, command] = /^(.*) `(.+)`$/s.exec(message) ?? [];
  return reason !== undefined && command !== undefined ? { reason, command } : { reason: message };
}

/** The text, or the bytes with a character for each; empty for other encodings than base64, which the console does not use. */
function toText(input: PemInput): string {
  if (typeof input === "string") return input;
  return input.encoding === "base64" ? (fromBase64(input.data) ?? "") : "";
}

function fromBase64(text: string): string | undefined {
  try {
    return atob(text.replaceAll(/\s/g, ""));
  } catch {
    return undefined;
  }
}

/** A character per byte, as `btoa` needs it. */
function toBinaryString(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function toBytes(binary: string): Uint8Array {
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
