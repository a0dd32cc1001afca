const DAY = 86_400_000;

/** Whether a certificate has expired; `expiring` is within 30 days of it. */
export function expiryState(notAfter: string | undefined, now: number): "valid" | "expiring" | "expired" | undefined {
  if (!notAfter) return undefined;
  const left = Date.parse(notAfter) - now;
  if (left < 0) return "expired";
  return left < 30 * DAY ? "expiring" : "valid";
}

/** The same, with `notYetValid` before it starts. */
export function validityState(
  { notBefore, notAfter }: { notBefore?: string; notAfter?: string },
  now: number,
): "notYetValid" | ReturnType<typeof expiryState> {
  return notBefore && Date.parse(notBefore) > now ? "notYetValid" : expiryState(notAfter, now);
}
