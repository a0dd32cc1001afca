import { expect, test } from "vitest";

import {
  formatAgo,
  formatDate,
  formatDateTime,
  formatDuration,
  formatRelative,
  formatRunTime,
  formatUtc,
} from "./format-time";

test("times ago are formatted in the given language", () => {
  expect(formatAgo(0, 3 * 60_000 + 59_000, "en")).toBe("3 min. ago");
  expect(formatAgo(0, 2 * 86_400_000, "de")).toBe("vorgestern");
  expect(formatAgo(10_000, 0, "en")).toBe("now");
});

test("relative times are formatted on both sides of now", () => {
  const day = 86_400_000;
  expect([9.9 * day, 700 * day, 3652.5 * day, -2 * day, 90_000, 0].map((at) => formatRelative(at, 0, "en"))).toEqual([
    "in 9 days",
    "in 700 days",
    "in 10 years",
    "2 days ago",
    "in 1 minute",
    "in 0 minutes",
  ]);
  expect(formatRelative(day, 0, "de")).toBe("in 1 Tag");
});

test("durations are as short as possible", () => {
  expect([0, 59_999, 60_000, 7_200_000, 90 * 86_400_000, -5].map(formatDuration)).toEqual([
    "0s",
    "59s",
    "1m",
    "2h",
    "90d",
    "0s",
  ]);
});

test("dates and times follow the language, also when it changes", () => {
  const at = new Date(2026, 10, 3, 14, 5, 9).getTime();
  for (const [language, theDay] of [
    ["en-GB", "3 Nov 2026"],
    ["de", "03.11.2026"],
    ["en-GB", "3 Nov 2026"],
  ] as const) {
    expect(formatDate(at, language)).toBe(theDay);
    expect(formatDateTime(at, language)).toBe(`${theDay}, 14:05:09 UTC`);
  }
});

test("logs are in UTC, whatever the local time zone", () => {
  expect(formatUtc("2026-11-29T03:09:58.4+02:00")).toBe("2026-11-29 01:09:58 UTC");
  expect(formatUtc(0)).toBe("1970-01-01 00:00:00 UTC");
});

const nbsp = (text: string) => text.replaceAll("\u00a0", " ");

test("run times are short", () => {
  expect(nbsp(formatRunTime(0.412, "en"))).toBe("0.4 ms");
  expect(nbsp(formatRunTime(2.5, "de"))).toBe("2,5 ms");
  expect(nbsp(formatRunTime(412.3, "en"))).toBe("412 ms");
  expect(nbsp(formatRunTime(2_512, "de"))).toBe("2,5 Sek.");
});
