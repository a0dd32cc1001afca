import { expect, test } from "vitest";

import { ApiError, toApiError } from "../../api/client";
import type { ImportReport } from "../../api/schema";
import type { ImportAction, ImportState } from "./import-state";
import { INITIAL, planStatus, reduce } from "./import-state";

const input = { file: new Blob(["{}"]), name: "config.json" };
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
const run = (...actions: ImportAction[]): ImportState => actions.reduce(reduce, INITIAL);
const planned: ImportAction[] = [
  { type: "check", input },
  { type: "event", event: { event: "report", data: report({}) } },
];

test("a check leads to a plan, the import to a result, then links report", () => {
  expect(run({ type: "check", input })).toEqual({ phase: "checking", input });
  expect(run(...planned)).toEqual({ phase: "planned", input, plan: report({}) });
  const progress = { stage: "storing", done: 1, total: 2 } as const;
  expect(run(...planned, { type: "import" }, { type: "event", event: { event: "progress", data: progress } })).toEqual({
    phase: "importing",
    input,
    plan: report({}),
    progress,
  });
  const links = { connected: 1, failed: 0, disconnected: 0, pending: 0 };
  expect(
    run(
      ...planned,
      { type: "import" },
      { type: "event", event: { event: "report", data: report({ done: true }) } },
      { type: "event", event: { event: "links", data: links } },
    ),
  ).toEqual({ phase: "imported", report: report({ done: true }), links });
});

test("after an error the input is kept", () => {
  const error = new ApiError(0, "UNREACHABLE", "gone");
  expect(run({ type: "check", input }, { type: "failed", error })).toEqual({ phase: "choosing", input, error });
  expect(run(...planned, { type: "import" }, { type: "failed", error })).toEqual({
    phase: "planned",
    input,
    plan: report({}),
    error,
  });
});

test("a refused import returns the current plan", () => {
  const now = report({ create: 0, refuse: 1 });
  const error = toApiError(
    { status: 400, headers: new Headers() },
    { code: "INVALID", message: "1 of 1 entries is refused", report: now },
  );
  expect(run(...planned, { type: "import" }, { type: "failed", error })).toMatchObject({
    phase: "planned",
    plan: now,
    error,
  });
});

test("events that come too late are ignored", () => {
  const late: ImportAction = { type: "event", event: { event: "report", data: report({ done: true }) } };
  expect(run(...planned, { type: "reset" }, late)).toEqual(INITIAL);
  expect(run({ type: "import" }, { type: "failed", error: new Error("late") })).toEqual(INITIAL);
});

test("another file starts over; typed text stays editable", () => {
  expect(run(...planned, { type: "reset" })).toEqual(INITIAL);
  const typed = { file: input.file, text: "{}" };
  const [, report] = planned;
  expect(report && run({ type: "check", input: typed }, report, { type: "reset" })).toEqual({
    phase: "choosing",
    input: typed,
  });
});

test("only a plan without errors and with new connections is ready", () => {
  expect(planStatus(report({}))).toBe("ready");
  expect(planStatus(report({ refuse: 1 }))).toBe("refused");
  expect(planStatus(report({ exceeds: "Maximum number of connections reached: 2 of 1" }))).toBe("exceeded");
  expect(planStatus(report({ create: 0, skip: 1 }))).toBe("nothingNew");
  expect(planStatus(report({ total: 0, create: 0 }))).toBe("empty");
});
