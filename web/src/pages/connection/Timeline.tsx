import { useId, useMemo, useRef } from "react";

import type { StatusChange } from "../../api/schema";
import { useWidth } from "../../hooks/use-width";
import { useLanguage, useWords } from "../../i18n/language";
import { StateShape } from "../../ui/StateMark";
import type { ShownThen } from "../../util/state";
import { moment, span, useNow } from "../../util/time";
import type { Segment } from "../../util/timeline";
import { percent, pieces, segments, shares } from "../../util/timeline";
import classes from "./Timeline.module.css";

/** How wide a column is at least, and how high the band, in pixels. */
const COLUMN = 4;
const HEIGHT = 28;

/** How far a state fills the band from below: told apart without colour, and in print. */
const FILLS: Record<ShownThen, number> = {
  down: 1,
  unreadable: 1,
  connecting: 0.7,
  online: 0.45,
  idle: 0.18,
  unobserved: 0.07,
};

/** What a link went through, as a band of time. The list below it says the same in words. */
export function Timeline({ changes }: { changes: readonly StatusChange[] }) {
  const words = useWords();
  const language = useLanguage();
  const now = useNow(10_000);
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const columns = Math.floor(width / COLUMN);
  const hatch = useId();
  const all = useMemo(() => segments(changes, now), [changes, now]);
  const drawn = useMemo(() => pieces(all, columns), [all, columns]);
  const parts = shares(all);
  const first = all[0];

  return (
    <div className={classes.timeline} ref={frame}>
      {columns > 0 && (
        <svg className={classes.band} width={width} height={HEIGHT} aria-hidden="true">
          <defs>
            <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="6" height="6" className={classes.ground} />
              <rect width="3.2" height="6" className={classes.line} />
            </pattern>
          </defs>
          {drawn.map(({ start, end, segment }) => {
            const height = HEIGHT * FILLS[segment.state];
            return (
              <rect
                key={start}
                data-state={segment.state}
                x={(start * width) / columns}
                y={HEIGHT - height}
                width={((end - start) * width) / columns}
                height={height}
                {...(segment.state === "down" && { fill: `url(#${hatch})` })}
              >
                <title>{told(segment)}</title>
              </rect>
            );
          })}
        </svg>
      )}
      {first && (
        <p className={classes.ends}>
          <time dateTime={new Date(first.from).toISOString()}>{moment(first.from, language)}</time>
          <span>{words.timeline.now}</span>
        </p>
      )}
      <ul className={classes.shares}>
        {parts.map(({ state, share }) => (
          <li key={state}>
            <StateShape state={state} /> {words.states[state]} {percent(share, language)}
          </li>
        ))}
      </ul>
    </div>
  );

  function told({ state, code, from, to }: Segment): string {
    return [words.states[state], code, span(to - from), moment(from, language)].filter(Boolean).join(" · ");
  }
}
