import { UnstyledButton } from "@mantine/core";

import { useWords } from "../../i18n/language";
import type { Words } from "../../i18n/en";
import { StateShape } from "../../ui/StateMark";
import type { Shown } from "../../util/state";
import { SHOWN } from "../../util/state";
import classes from "./Health.module.css";

interface Props {
  counts: Record<Shown, number>;
  total: number;
  /** The state that is looked at, if one is. */
  state: Shown | undefined;
  onState: (state: Shown | undefined) => void;
}

/** How the fleet is, in one sentence, one bar and a count per state. */
export function Health({ counts, total, state, onState }: Props) {
  const words = useWords();
  const bad = counts.down + counts.unreadable;
  return (
    <section className={classes.health} data-bad={bad > 0 || undefined}>
      <p className={classes.sentence} role="status">
        <StateShape
          state={bad > 0 ? "down" : counts.connecting > 0 ? "connecting" : counts.online > 0 ? "online" : "idle"}
        />
        {sentence(words, counts, bad, total)}
      </p>
      <div className={classes.bar} aria-hidden="true">
        {SHOWN.filter((each) => counts[each] > 0).map((each) => (
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
        {SHOWN.filter((each) => counts[each] > 0 || each === state).map((each) => (
          <li key={each}>
            <UnstyledButton
              className={classes.count}
              aria-pressed={state === each}
              onClick={() => onState(state === each ? undefined : each)}
            >
              <StateShape state={each} />
              <strong>{counts[each]}</strong>
              <span>{words.states[each]}</span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

function sentence({ fleet }: Words, counts: Record<Shown, number>, bad: number, total: number): string {
  if (bad > 0) return fleet.wrong(bad, total);
  if (counts.connecting > 0) return fleet.settling;
  if (counts.online === 0) return fleet.resting;
  return fleet.allWell(counts.online);
}
