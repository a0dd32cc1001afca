import type { Segment } from "./timeline";

/** A part of the time, and how much of it a link was up. */
export interface AvailabilityPart {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** The share of the counted time in which the link was up; null if no time counts. */
  readonly share: number | null;
}

/**
 * Whether the time of a segment counts: a link that was disconnected on purpose, or that haltere did not observe, is
 * neither available nor unavailable.
 */
const counts = ({ state }: Segment) => state !== "idle" && state !== "unobserved" && state !== "unreadable";

/** How much of the time between two moments a link was up, in parts of equal length. */
export function availability(
  segments: readonly Segment[],
  from: number,
  to: number,
  parts: number,
): AvailabilityPart[] {
  const length = (to - from) / parts;
  return Array.from({ length: parts }, (_, part) => {
    const [start, end] = [from + part * length, from + (part + 1) * length];
    return { from: start, to: end, share: availabilityBetween(segments, start, end) };
  });
}

/** How much of the counted time between two moments a link was up; null if no time counts. */
export function availabilityBetween(segments: readonly Segment[], from: number, to: number): number | null {
  let [up, counted] = [0, 0];
  for (const segment of segments) {
    const time = Math.min(segment.to, to) - Math.max(segment.from, from);
    if (time <= 0 || !counts(segment)) continue;
    counted += time;
    if (segment.state === "online") up += time;
  }
  return counted > 0 ? up / counted : null;
}
