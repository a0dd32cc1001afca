import { SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";

import type { StatusChange } from "../../api/schema";
import { useNow } from "../../hooks/use-now";
import { usePageMessages } from "../../i18n/page-messages";
import { useLanguage, useMessages } from "../../i18n/language";
import { availability, availabilityBetween } from "../../model/availability";
import { formatShare, toSegments } from "../../model/timeline";
import { Chart } from "../../ui/Chart";
import { formatDateTime } from "../../util/format-time";
import classes from "./Availability.module.css";

const HOUR = 3_600_000;

/** How far back the chart goes; `all` is the whole history. */
const RANGES = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, all: Number.POSITIVE_INFINITY } as const;
type Range = keyof typeof RANGES;

/** How many parts the time is divided into. */
const PARTS = 60;

/** How much of the time a link was up, over its history. */
export function Availability({ changes }: { changes: readonly StatusChange[] }) {
  const { states } = useMessages();
  const t = usePageMessages().availability;
  const language = useLanguage();
  // The latest state has lasted a second, even if this clock is behind the server's.
  const now = Math.max(useNow(10_000), (changes[0]?.timestamp ?? 0) + 1_000);
  const [range, setRange] = useState<Range>("all");
  const segments = useMemo(() => toSegments(changes, now), [changes, now]);
  const first = segments[0]?.from ?? now;
  const from = Math.max(first, now - RANGES[range]);
  const points = useMemo(
    () => availability(segments, from, now, PARTS).map(({ share, ...period }) => ({ ...period, values: [share] })),
    [segments, from, now],
  );
  const share = availabilityBetween(segments, from, now);
  const since = formatDateTime(from, language);
  // Ranges that would all show the same are left out.
  const ranges = (Object.keys(RANGES) as Range[]).filter((each) => each === "all" || RANGES[each] < now - first);

  return (
    <div className={classes.availability}>
      {ranges.length > 1 && (
        <SegmentedControl
          className={classes.ranges}
          size="xs"
          aria-label={t.range}
          value={range}
          onChange={(value) => setRange(value as Range)}
          data={ranges.map((value) => ({ value, label: t.ranges[value] }))}
        />
      )}
      <Chart
        title={t.title}
        summary={share === null ? t.none(since) : t.summary(formatShare(share, language), since)}
        series={[{ label: states.online, colour: "online" }]}
        points={points}
        range={[0, 1]}
        formatValue={(value) => formatShare(value, language)}
        formatPeriod={(period) => `${formatDateTime(period.from, language)} – ${formatDateTime(period.to, language)}`}
      />
    </div>
  );
}
