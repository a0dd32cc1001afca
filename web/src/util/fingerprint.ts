/** How many bytes stand together. */
const GROUP = 4;

/** A fingerprint `9B:0C:…` in groups that people can compare. */
export function groupFingerprint(fingerprint: string): string[] {
  const bytes = fingerprint.split(":");
  return Array.from({ length: Math.ceil(bytes.length / GROUP) }, (_, index) =>
    bytes.slice(index * GROUP, (index + 1) * GROUP).join(":"),
  );
}
