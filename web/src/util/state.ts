import type { Connection } from "../api/schema";

/**
 * What a connection looks like to a person. `down` is anything that failed and is being tried again;
 * `idle` was disconnected on purpose; `unreadable` is stored, but what is stored can't be read.
 */
export type Shown = "down" | "unreadable" | "connecting" | "online" | "idle";

/** What a connection looked like at some time: as today, or nobody looked. */
export type ShownThen = Shown | "unobserved";

/** The worst first. */
export const SHOWN: readonly Shown[] = ["down", "unreadable", "connecting", "online", "idle"];

export function shown(connection: Connection): Shown {
  const { status } = connection;
  if (!status) return "unreadable";
  if (status.connected) return "online";
  if (status.state === "idle") return "idle";
  // A dial that follows a failed one does not make the broker look better until it succeeds.
  return status.error || status.state === "waiting" ? "down" : "connecting";
}
