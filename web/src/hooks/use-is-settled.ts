import { useEffect, useState } from "react";

import { useIsFleetComplete } from "../api/fleet";

/** How long after the fleet, in milliseconds: its rows are rendered by then, and the first keys are answered. */
const AFTER_FLEET = 500;

/** The longest to wait for the fleet, in milliseconds: some users can't see it. */
const MAX_WAIT = 4_000;

/** Whether the page shows what users wait for first; then code that they need later may load. */
export function useIsSettled(): boolean {
  const isComplete = useIsFleetComplete();
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), isComplete ? AFTER_FLEET : MAX_WAIT);
    return () => clearTimeout(timer);
  }, [isComplete]);
  return isSettled;
}
