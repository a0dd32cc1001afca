const DAY = 86_400_000;

/** Whether a certificate has expired; `soon` is within 30 days. */
export function expiryState(notAfter: string | undefined, now: number): "fine" | "soon" | "over" | undefined {
  if (!notAfter) return undefined;
  const left = Date.parse(notAfter) - now;
  if (left < 0) return "over";
  return left < 30 * DAY ? "soon" : "fine";
}

/** The same, with `early` before the certificate is valid. */
export function validityState(
  { notBefore, notAfter }: { notBefore?: string; notAfter?: string },
  now: number,
): "early" | ReturnType<typeof expiryState> {
  return notBefore && Date.parse(notBefore) > now ? "early" : expiryState(notAfter, now);
}
