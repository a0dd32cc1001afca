import { useMessages } from "../i18n/language";
import type { DisplayState, HistoryState } from "../model/display-state";
import classes from "./StateBadge.module.css";

/** The icon of a state: states differ in shape, so that they don't depend on colour. */
export function StateIcon({ state }: { state: HistoryState }) {
  return (
    <svg className={classes.icon} data-state={state} viewBox="0 0 16 16" aria-hidden="true">
      <path d={SHAPES[state]} fillRule="evenodd" />
    </svg>
  );
}

const SHAPES: Record<HistoryState, string> = {
  // A full disc.
  online: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z",
  // A warning triangle with an exclamation mark.
  down: "M8 1.2 15.4 14.4H.6ZM7.2 5.8v4.4h1.6V5.8ZM7.2 11.2v1.6h1.6v-1.6Z",
  // A half-filled disc.
  connecting: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Zm0 1.8v8.4a4.2 4.2 0 0 0 0-8.4Z",
  // Two bars: paused.
  idle: "M3.5 2.5h3v11h-3ZM9.5 2.5h3v11h-3Z",
  // Three dots: unknown.
  unobserved: "M1.5 6.8h2.6v2.6h-2.6ZM6.7 6.8h2.6v2.6h-2.6ZM11.9 6.8h2.6v2.6h-2.6Z",
  // A diamond with a hole.
  unreadable: "M8 .8 15.2 8 8 15.2.8 8ZM8 4.6 4.6 8 8 11.4 11.4 8Z",
};

/** A state as icon and text. */
export function StateBadge({ state, quiet = false }: { state: DisplayState; quiet?: boolean }) {
  const t = useMessages();
  return (
    <span
      className={classes.badge}
      data-state={state}
      data-quiet={quiet || undefined}
      title={t.stateDescriptions[state]}
    >
      <StateIcon state={state} />
      {t.states[state]}
    </span>
  );
}
