import { unreachable } from "./client";
import { postStream } from "./post-stream";
import type { ConnectionTest, ConnectionTestInput, ConnectionTestPatch, LinkStage } from "./schema";

/** The progress of one stage. */
export interface TestStage {
  readonly stage: LinkStage;
  readonly state: "running" | "passed" | "failed";
  readonly elapsedMs?: number;
  readonly detail?: string;
}

/** The data of an event `stage`. */
type StageEvent =
  | { state: "started"; stage: LinkStage }
  | { state: "ended"; stage: LinkStage; ok: boolean; elapsedMs: number; detail?: string };

/** What to test: a new connection, or a stored one with changes. */
export type TestTarget =
  { readonly input: ConnectionTestInput } | { readonly connectionId: string; readonly patch: ConnectionTestPatch };

/**
 * Connects to a broker once and reports every stage; aborting the signal ends the test. What still runs when the
 * result arrives never ends and is dropped.
 */
export async function testConnection(
  target: TestTarget,
  onStages: (stages: readonly TestStage[]) => void,
  signal: AbortSignal,
): Promise<ConnectionTest> {
  const [query, body] =
    "patch" in target ? [`?connection=${encodeURIComponent(target.connectionId)}`, target.patch] : ["", target.input];
  let stages: readonly TestStage[] = [];
  for await (const { event, data } of postStream(`/api/connection-test${query}`, JSON.stringify(body), signal)) {
    if (event === "result") {
      onStages(stages.filter(({ state }) => state !== "running"));
      return JSON.parse(data) as ConnectionTest;
    }
    if (event === "stage") {
      stages = applyStageEvent(stages, JSON.parse(data) as StageEvent);
      onStages(stages);
    }
  }
  throw unreachable("the test broke off");
}

/** The stages after an event. A stage stays where it occurred first, so that no line moves while it is read. */
export function applyStageEvent(stages: readonly TestStage[], event: StageEvent): readonly TestStage[] {
  const now = toStage(event);
  const isKnown = stages.some(({ stage }) => stage === now.stage);
  return isKnown ? stages.map((before) => (before.stage === now.stage ? now : before)) : [...stages, now];
}

function toStage(event: StageEvent): TestStage {
  if (event.state === "started") return { stage: event.stage, state: "running" };
  const { stage, ok, elapsedMs, detail } = event;
  return { stage, state: ok ? "passed" : "failed", elapsedMs, ...(detail !== undefined && { detail }) };
}
