import type { ImportEvent, ImportProgress, LinksStanding } from "../../api/transfer";
import { refusedReport } from "../../api/transfer";
import type { ImportReport } from "../../api/schema";

/** What is to be imported, held as it was when it was given: what is planned is what is imported. */
export interface Given {
  readonly file: Blob;
  /** The file's name; absent when it was pasted. */
  readonly name?: string;
  /** The text as it was typed or pasted, for putting it right. */
  readonly text?: string;
}

/** How far the import of a file is. */
export type ImportState =
  | { readonly phase: "choosing"; readonly given?: Given; readonly failure?: Error }
  | { readonly phase: "checking"; readonly given: Given; readonly progress?: ImportProgress }
  | { readonly phase: "planned"; readonly given: Given; readonly plan: ImportReport; readonly failure?: Error }
  | {
      readonly phase: "importing";
      readonly given: Given;
      readonly plan: ImportReport;
      readonly progress?: ImportProgress;
    }
  | { readonly phase: "imported"; readonly report: ImportReport; readonly links?: LinksStanding };

export const START: ImportState = { phase: "choosing" };

export type ImportStep =
  | { readonly step: "check"; readonly given: Given }
  | { readonly step: "import" }
  | { readonly step: "told"; readonly told: ImportEvent }
  | { readonly step: "failed"; readonly failure: Error }
  | { readonly step: "again" };

/** The state after a step. One that does not fit is passed over. */
export function after(state: ImportState, step: ImportStep): ImportState {
  switch (step.step) {
    case "check":
      return { phase: "checking", given: step.given };
    case "import":
      return state.phase === "planned" ? { phase: "importing", given: state.given, plan: state.plan } : state;
    case "told":
      return told(state, step.told);
    case "failed":
      return failed(state, step.failure);
    case "again":
      return state.phase === "planned" && state.given.text !== undefined
        ? { phase: "choosing", given: state.given }
        : START;
  }
}

function told(state: ImportState, { event, data }: ImportEvent): ImportState {
  if (event === "links") return state.phase === "imported" ? { ...state, links: data } : state;
  if (state.phase !== "checking" && state.phase !== "importing") return state;
  if (event === "progress") return { ...state, progress: data };
  if (data.done) return { phase: "imported", report: data };
  return { phase: "planned", given: state.given, plan: data };
}

/** What was given is kept. */
function failed(state: ImportState, failure: Error): ImportState {
  if (state.phase === "checking") return { phase: "choosing", given: state.given, failure };
  if (state.phase !== "importing") return state;
  // Since the plan was made somebody may have changed something: a refusal brings the plan as it is now.
  return { phase: "planned", given: state.given, plan: refusedReport(failure) ?? state.plan, failure };
}

/** Whether a plan can be carried out, and if not, why. */
export function verdict(plan: ImportReport): "ready" | "refused" | "nothingNew" | "empty" {
  if (plan.total === 0) return "empty";
  if (plan.refuse > 0) return "refused";
  return plan.create === 0 ? "nothingNew" : "ready";
}
