import "@mantine/core/styles/Skeleton.css";

import { Skeleton, UnstyledButton } from "@mantine/core";
import type { ComponentType, KeyboardEvent } from "react";
import { lazy, Suspense, useId, useRef, useState } from "react";

import { useElementWidth } from "../hooks/use-element-width";
import { usePageMessages } from "../i18n/page-messages";
import type { ChartPoint, ChartSeries, PlotProps } from "./chart-data";
import classes from "./Chart.module.css";

interface Props {
  title: string;
  /** What the chart shows, in a sentence. */
  summary: string;
  /** At most two. */
  series: readonly ChartSeries[];
  /** Without gaps, the oldest first. */
  points: readonly ChartPoint[];
  /** The least and the greatest value of the axis. */
  range: readonly [number, number];
  formatValue: (value: number) => string;
  formatPeriod: (point: ChartPoint) => string;
}

const HEIGHT = 140;

/** How many points Page Up and Page Down go. */
const PAGE = 10;

// The library loads with the first chart. If the server is away by then, the values are still there as text.
const Plot = lazy<ComponentType<PlotProps>>(() =>
  import("./Plot").then(
    ({ Plot }) => ({ default: Plot }),
    () => ({ default: () => null }),
  ),
);

/**
 * Values over time. Pointer and arrow keys move a cursor, whose period and values are written below and read out; the
 * same values are in a table.
 */
export function Chart({ title, summary, series, points, range, formatValue, formatPeriod }: Props) {
  const messages = usePageMessages().chart;
  const id = useId();
  const frame = useRef<HTMLDivElement>(null);
  const width = useElementWidth(frame);
  const [cursor, setCursor] = useState<number>();
  const [showsTable, setShowsTable] = useState(false);
  // There may be fewer points than before.
  const index = cursor === undefined ? undefined : Math.min(cursor, points.length - 1);
  const point = index === undefined ? undefined : points[index];

  const valueOf = ({ values }: ChartPoint, at: number) => {
    const value = values[at];
    return value === null || value === undefined ? messages.noValue : formatValue(value);
  };
  const describe = (each: ChartPoint) =>
    [formatPeriod(each), ...series.map(({ label }, at) => `${label} ${valueOf(each, at)}`)].join(" · ");

  const onKeyDown = (event: KeyboardEvent) => {
    const last = points.length - 1;
    const from = index ?? last;
    const target = {
      ArrowLeft: index === undefined ? last : from - 1,
      ArrowRight: from + 1,
      PageUp: from - PAGE,
      PageDown: from + PAGE,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === "Escape") setCursor(undefined);
    else if (target === undefined) return;
    else setCursor(Math.max(0, Math.min(last, target)));
    event.preventDefault();
  };

  return (
    <figure className={classes.chart} aria-labelledby={id}>
      <figcaption id={id} className={classes.title}>
        {title}
      </figcaption>
      <p className={classes.summary}>{summary}</p>
      <div
        ref={frame}
        className={classes.plot}
        role="slider"
        tabIndex={0}
        aria-label={messages.cursor(title)}
        aria-valuemin={1}
        aria-valuemax={points.length}
        aria-valuenow={(index ?? points.length - 1) + 1}
        aria-valuetext={point ? describe(point) : summary}
        onKeyDown={onKeyDown}
        onBlur={() => setCursor(undefined)}
      >
        <Suspense fallback={<Skeleton height={HEIGHT} />}>
          {width > 0 && (
            <Plot
              width={width}
              height={HEIGHT}
              series={series}
              points={points}
              range={range}
              cursor={index}
              onCursor={setCursor}
              formatValue={formatValue}
            />
          )}
        </Suspense>
      </div>
      {/* The slider's value says the same to screen readers. */}
      <p className={classes.readout} aria-hidden="true">
        {point ? describe(point) : messages.hint}
      </p>
      <UnstyledButton className={classes.toggle} aria-expanded={showsTable} onClick={() => setShowsTable(!showsTable)}>
        {showsTable ? messages.hideTable : messages.showTable}
      </UnstyledButton>
      {showsTable && (
        // Focusable, so that the keyboard can scroll it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className={classes.scroll} tabIndex={0} role="group" aria-label={title}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{messages.period}</th>
                {series.map(({ label }) => (
                  <th key={label} scope="col">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {points.toReversed().map((each) => (
                <tr key={each.from}>
                  <th scope="row">{formatPeriod(each)}</th>
                  {series.map(({ label }, at) => (
                    <td key={label}>{valueOf(each, at)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </figure>
  );
}
