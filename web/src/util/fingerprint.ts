/** Bytes per group. */
const GROUP = 4;

/** Splits a fingerprint `9B:0C:…` into groups that people can compare. */
export function groupFingerprint(fingerprint: string): string[] {
  const bytes = fingerprint.split(":");
  return Array.from({ length: Math.ceil(bytes.length / GROUP) }, (_, index) =>
    bytes.slice(index * GROUP, (index + 1) * GROUP).join(":"),
  );
}
