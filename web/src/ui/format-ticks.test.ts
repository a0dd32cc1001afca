import { expect, test } from "vitest";

import { formatTicks } from "./format-ticks";

const HOUR = 3_600;

/** An hour of the 22nd of November, local, in seconds since 1970. */
const at = (hour: number) => new Date(2026, 10, 22, hour).getTime() / 1_000;

test("ticks over several days say where each day begins", () => {
  const times = [12, 18, 24, 30, 48].map(at);
  expect(formatTicks(times, 6 * HOUR, "de")).toEqual([
    "12:00\n22. Nov.",
    "18:00",
    "00:00\n23. Nov.",
    "06:00",
    "00:00\n24. Nov.",
  ]);
  expect(formatTicks(times.slice(1, 3), 6 * HOUR, "en")).toEqual(["18:00\n22 Nov", "00:00\n23 Nov"]);
});

test("ticks within a day are times, with seconds where these differ", () => {
  expect(formatTicks([at(0), at(23)], HOUR, "en")).toEqual(["00:00", "23:00"]);
  expect(formatTicks([at(9), at(9) + 30], 30, "en")).toEqual(["09:00:00", "09:00:30"]);
});

test("ticks with a day or more between them are dates", () => {
  expect(formatTicks([at(0), at(24)], 24 * HOUR, "de")).toEqual(["22. Nov.", "23. Nov."]);
});
