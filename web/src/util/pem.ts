/** PEM text as the API wants it. */
export function encode(pem: string): { data: string; encoding: "base64" } {
  const bytes = new TextEncoder().encode(pem);
  return { data: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")), encoding: "base64" };
}

/** The labels of what a PEM file holds: `CERTIFICATE`, `PRIVATE KEY`, … */
export function labels(pem: string): string[] {
  return Array.from(pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g), (match) => match[1] ?? "");
}

/** Whether a file can be what a field asks for. */
export function fits(pem: string, kind: "certificate" | "key"): boolean {
  const found = labels(pem);
  return kind === "key"
    ? found.some((label) => label.endsWith("PRIVATE KEY"))
    : found.some((label) => label.endsWith("CERTIFICATE"));
}
