import { useId, useMemo, useRef } from "react";

import type { StatusChange } from "../../api/schema";
import { LocalTime } from "../../components/LocalTime";
import { useElementWidth } from "../../hooks/use-element-width";
import { useNow } from "../../hooks/use-now";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import type { HistoryState } from "../../model/display-state";
import type { Segment } from "../../model/timeline";
import { formatShare, stateShares, toColumnRuns, toSegments } from "../../model/timeline";
import { StateIcon } from "../../ui/StateBadge";
import { formatDuration, formatExactTime } from "../../util/format-time";
import classes from "./Timeline.module.css";

/** The least width of a column and the height of the timeline, in pixels. */
const MIN_COLUMN_WIDTH = 4;
const HEIGHT = 28;

/** The height of each state as a fraction, so that states differ without colour and in print. */
const FILL_LEVELS: Record<HistoryState, number> = {
  down: 1,
  unreadable: 1,
  connecting: 0.7,
  online: 0.45,
  idle: 0.18,
  unobserved: 0.07,
};

/** The history of a link as a bar over time. The list below it has the same in text. */
export function Timeline({ changes }: { changes: readonly StatusChange[] }) {
  const t = usePageMessages();
  const language = useLanguage();
  const now = useNow(10_000);
  const frame = useRef<HTMLDivElement>(null);
  const width = useElementWidth(frame);
  const columns = Math.floor(width / MIN_COLUMN_WIDTH);
  const hatch = useId();
  const all = useMemo(() => toSegments(changes, now), [changes, now]);
  const runs = useMemo(() => toColumnRuns(all, columns), [all, columns]);
  const parts = stateShares(all);
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
          {runs.map(({ start, end, segment }) => {
            const height = HEIGHT * FILL_LEVELS[segment.state];
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
                <title>{describe(segment)}</title>
              </rect>
            );
          })}
        </svg>
      )}
      {first && (
        <p className={classes.ends}>
          <LocalTime time={first.from} />
          <span>{t.timeline.now}</span>
        </p>
      )}
      <ul className={classes.shares}>
        {parts.map(({ state, share }) => (
          <li key={state}>
            <StateIcon state={state} /> {t.states[state]} {formatShare(share, language)}
          </li>
        ))}
      </ul>
    </div>
  );

  function describe({ state, code, from, to }: Segment): string {
    return [t.states[state], code, formatDuration(to - from), formatExactTime(from, language)]
      .filter(Boolean)
      .join(" · ");
  }
}
