const DAY = 86_400_000;

/** How a certificate's end is to be taken: `soon` is less than 30 days away. */
export function expiryState(notAfter: string | undefined, now: number): "fine" | "soon" | "over" | undefined {
  if (!notAfter) return undefined;
  const left = Date.parse(notAfter) - now;
  if (left < 0) return "over";
  return left < 30 * DAY ? "soon" : "fine";
}

/** The same with its beginning: `early` is one that is not valid yet. */
export function validityState(
  { notBefore, notAfter }: { notBefore?: string; notAfter?: string },
  now: number,
): "early" | ReturnType<typeof expiryState> {
  return notBefore && Date.parse(notBefore) > now ? "early" : expiryState(notAfter, now);
}
