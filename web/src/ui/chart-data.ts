/** A point of a chart: a period, and a value per series; null where there is none. */
export interface ChartPoint {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly values: readonly (number | null)[];
}

export interface ChartSeries {
  readonly label: string;
  /** The name of a colour in tokens.css. */
  readonly colour: "accent" | "online" | "connecting";
}

/** What the drawing of a chart needs. */
export interface PlotProps {
  width: number;
  height: number;
  series: readonly ChartSeries[];
  points: readonly ChartPoint[];
  range: readonly [number, number];
  /** The point under the cursor. */
  cursor: number | undefined;
  onCursor: (index: number | undefined) => void;
  formatValue: (value: number) => string;
}
