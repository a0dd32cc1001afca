import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useLayoutEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { useLanguage } from "../i18n/language";
import type { ChartPoint, PlotProps } from "./chart-data";
import { formatTicks } from "./format-ticks";

/** The drawing of a chart, hidden from screen readers: its frame has the same as text. */
export function Plot({ width, height, series, points, range, cursor, onCursor, formatValue }: PlotProps) {
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const scheme = useComputedColorScheme("light");
  const language = useLanguage();
  const latest = useRef({ points, onCursor, formatValue });
  useLayoutEffect(() => {
    latest.current = { points, onCursor, formatValue };
  });

  const shape = JSON.stringify([series, range]);
  // A canvas takes colours and texts once, so another theme or language is another plot.
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const created = new uPlot(options(), toData(latest.current.points), target);
    plot.current = created;
    return () => {
      created.destroy();
      plot.current = undefined;
    };

    function options(): uPlot.Options {
      const style = getComputedStyle(document.documentElement);
      const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
      const axis: uPlot.Axis = {
        stroke: colour("soft"),
        font: `11px ${style.getPropertyValue("--mantine-font-family")}`,
        grid: { stroke: colour("line"), width: 1 },
        ticks: { show: false },
      };
      return {
        width,
        height,
        // A label may reach beyond its tick.
        padding: [8, 26, 0, 0],
        legend: { show: false },
        scales: { x: { time: true }, y: { range: [range[0], range[1]] } },
        axes: [
          {
            ...axis,
            size: (_, values) => (values?.some((text) => text.includes("\n")) ? 42 : 28),
            values: (_, splits, __, ___, step) => formatTicks(splits, step, language),
          },
          { ...axis, size: 52, values: (_, splits) => splits.map((value) => latest.current.formatValue(value)) },
        ],
        series: [
          {},
          ...series.map(({ colour: name }) => ({
            stroke: colour(name),
            fill: `color-mix(in srgb, ${colour(name)} 14%, transparent)`,
            width: 1.5,
            ...(uPlot.paths.stepped && { paths: uPlot.paths.stepped({ align: 1 }) }),
            points: { show: false },
          })),
        ],
        cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { show: false } },
        hooks: {
          setCursor: [
            ({ cursor: { idx, event } }) => {
              // Only of the pointer: a cursor that was set has no event.
              if (!event) return;
              const last = latest.current.points.length - 1;
              latest.current.onCursor(idx === null || idx === undefined ? undefined : Math.min(idx, last));
            },
          ],
        },
      };
    }
    // The size is set below, without a new plot.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [scheme, language, shape]);

  useEffect(() => plot.current?.setSize({ width, height }), [width, height, scheme, language, shape]);
  useEffect(() => plot.current?.setData(toData(points)), [points, scheme, language, shape]);
  useEffect(() => {
    const drawn = plot.current;
    if (!drawn) return;
    const point = cursor === undefined ? undefined : points[cursor];
    const left = point ? drawn.valToPos((point.from + point.to) / 2_000, "x") : -10;
    drawn.setCursor({ left, top: point ? height / 2 : -10 }, false);
  }, [cursor, points, height]);

  return <div ref={element} aria-hidden="true" />;
}

/** Columns of times, in seconds, and of values. The last value lasts until the end of its period. */
function toData(points: readonly ChartPoint[]): uPlot.AlignedData {
  const last = points.at(-1);
  const times = points.map(({ from }) => from / 1_000);
  const columns = (last?.values ?? []).map((_, at) => points.map(({ values }) => values[at] ?? null));
  if (!last) return [times, ...columns];
  return [[...times, last.to / 1_000], ...columns.map((column, at) => [...column, last.values[at] ?? null])];
}
