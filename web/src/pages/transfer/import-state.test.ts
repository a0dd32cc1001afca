import { expect, test } from "vitest";

import { ApiError, toApiError } from "../../api/client";
import type { ImportReport } from "../../api/schema";
import type { ImportAction, ImportState } from "./import-state";
import { INITIAL, planStatus, reduce } from "./import-state";

const given = { file: new Blob(["{}"]), name: "config.json" };
const report = (change: Partial<ImportReport>): ImportReport => ({
  source: "mmc",
  done: false,
  total: 1,
  create: 1,
  skip: 0,
  refuse: 0,
  entries: [],
  notTakenOver: [],
  ...change,
});
const steps = (...given: ImportAction[]): ImportState => given.reduce(reduce, INITIAL);
const planned: ImportAction[] = [
  { step: "check", given },
  { step: "told", told: { event: "report", data: report({}) } },
];

test("a check leads to a plan, the import to a result, then links report", () => {
  expect(steps({ step: "check", given })).toEqual({ phase: "checking", given });
  expect(steps(...planned)).toEqual({ phase: "planned", given, plan: report({}) });
  const progress = { stage: "storing", done: 1, total: 2 } as const;
  expect(steps(...planned, { step: "import" }, { step: "told", told: { event: "progress", data: progress } })).toEqual({
    phase: "importing",
    given,
    plan: report({}),
    progress,
  });
  const links = { connected: 1, failed: 0, disconnected: 0, pending: 0 };
  expect(
    steps(
      ...planned,
      { step: "import" },
      { step: "told", told: { event: "report", data: report({ done: true }) } },
      { step: "told", told: { event: "links", data: links } },
    ),
  ).toEqual({ phase: "imported", report: report({ done: true }), links });
});

test("after an error the input is kept", () => {
  const failure = new ApiError(0, "UNREACHABLE", "gone");
  expect(steps({ step: "check", given }, { step: "failed", failure })).toEqual({ phase: "choosing", given, failure });
  expect(steps(...planned, { step: "import" }, { step: "failed", failure })).toEqual({
    phase: "planned",
    given,
    plan: report({}),
    failure,
  });
});

test("a refused import returns the current plan", () => {
  const now = report({ create: 0, refuse: 1 });
  const failure = toApiError(
    { status: 400, headers: new Headers() },
    { code: "INVALID", message: "1 of 1 entries is refused", report: now },
  );
  expect(steps(...planned, { step: "import" }, { step: "failed", failure })).toMatchObject({
    phase: "planned",
    plan: now,
    failure,
  });
});

test("events that come too late are ignored", () => {
  const late: ImportAction = { step: "told", told: { event: "report", data: report({ done: true }) } };
  expect(steps(...planned, { step: "again" }, late)).toEqual(INITIAL);
  expect(steps({ step: "import" }, { step: "failed", failure: new Error("late") })).toEqual(INITIAL);
});

test("another file starts over; typed text stays editable", () => {
  expect(steps(...planned, { step: "again" })).toEqual(INITIAL);
  const typed = { file: given.file, text: "{}" };
  const [, report] = planned;
  expect(report && steps({ step: "check", given: typed }, report, { step: "again" })).toEqual({
    phase: "choosing",
    given: typed,
  });
});

test("only a plan without errors and with new connections is ready", () => {
  expect(planStatus(report({}))).toBe("ready");
  expect(planStatus(report({ refuse: 1 }))).toBe("refused");
  expect(planStatus(report({ create: 0, skip: 1 }))).toBe("nothingNew");
  expect(planStatus(report({ total: 0, create: 0 }))).toBe("empty");
});
