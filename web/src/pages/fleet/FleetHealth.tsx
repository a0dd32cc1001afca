import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useThrottledValue } from "@mantine/hooks";
import { memo } from "react";

import type { CoreMessages } from "../../i18n/en-core";
import { useFocusHandover } from "../../hooks/use-focus-handover";
import { useMessages } from "../../i18n/language";
import type { DisplayState } from "../../model/display-state";
import { DISPLAY_STATES } from "../../model/display-state";
import { StateIcon } from "../../ui/StateBadge";
import classes from "./FleetHealth.module.css";

interface Props {
  counts: Record<DisplayState, number>;
  total: number;
  /** The state that the list is filtered by. */
  state: DisplayState | undefined;
  onState: (state: DisplayState | undefined) => void;
}

/** The least time between two announcements to screen readers, in milliseconds: links may change every second. */
const MIN_ANNOUNCEMENT_INTERVAL = 5_000;

/** The state of the fleet as a sentence, a bar and a count per state. */
export const FleetHealth = memo(function FleetHealth({ counts, total, state, onState }: Props) {
  const t = useMessages();
  // The count of a state that no broker has goes when it is no longer the filter.
  const count = useFocusHandover('[type="search"]');
  const failing = counts.down + counts.unreadable;
  const sentence = summary(t, counts, failing, total);
  const announced = useThrottledValue(sentence, MIN_ANNOUNCEMENT_INTERVAL);
  return (
    <section className={classes.health} data-bad={failing > 0 || undefined}>
      <VisuallyHidden role="status">{announced}</VisuallyHidden>
      <p className={classes.sentence} aria-hidden>
        <StateIcon
          state={failing > 0 ? "down" : counts.connecting > 0 ? "connecting" : counts.online > 0 ? "online" : "idle"}
        />
        {sentence}
      </p>
      <div className={classes.bar} aria-hidden="true">
        {DISPLAY_STATES.filter((each) => counts[each] > 0).map((each) => (
          <svg
            key={each}
            className={classes.part}
            data-state={each}
            preserveAspectRatio="none"
            style={{ flexGrow: counts[each] }}
          />
        ))}
      </div>
      <ul className={classes.counts}>
        {DISPLAY_STATES.filter((each) => counts[each] > 0 || each === state).map((each) => (
          <li key={each}>
            <UnstyledButton
              ref={count}
              className={classes.count}
              aria-pressed={state === each}
              onClick={() => onState(state === each ? undefined : each)}
            >
              <StateIcon state={each} />
              <strong>{counts[each]}</strong>
              <span>{t.states[each]}</span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </section>
  );
});

function summary(
  { fleet }: CoreMessages,
  counts: Record<DisplayState, number>,
  failing: number,
  total: number,
): string {
  if (failing > 0) {
    const { down, unreadable } = counts;
    return [down > 0 && fleet.someDown(down, total), unreadable > 0 && fleet.someUnreadable(unreadable)]
      .filter(Boolean)
      .join(" ");
  }
  if (counts.connecting > 0) return fleet.connecting;
  if (counts.online === 0) return fleet.allIdle;
  return fleet.allWell(counts.online);
}
