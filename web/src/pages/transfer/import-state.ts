import type { ImportReport } from "../../api/schema";
import type { ImportEvent, ImportProgress, LinkCounts } from "../../api/transfer";
import { rejectedReport } from "../../api/transfer";

/** The input of an import, in memory: what is checked is what is imported. */
export interface ImportInput {
  readonly file: Blob;
  /** The name of the file; absent for pasted text. */
  readonly name?: string;
  /** Typed or pasted text, which can be corrected. */
  readonly text?: string;
}

/** The state of an import. */
export type ImportState =
  | { readonly phase: "choosing"; readonly given?: ImportInput; readonly failure?: Error }
  | { readonly phase: "checking"; readonly given: ImportInput; readonly progress?: ImportProgress }
  | { readonly phase: "planned"; readonly given: ImportInput; readonly plan: ImportReport; readonly failure?: Error }
  | {
      readonly phase: "importing";
      readonly given: ImportInput;
      readonly plan: ImportReport;
      readonly progress?: ImportProgress;
    }
  | { readonly phase: "imported"; readonly report: ImportReport; readonly links?: LinkCounts };

export const INITIAL: ImportState = { phase: "choosing" };

export type ImportAction =
  | { readonly step: "check"; readonly given: ImportInput }
  | { readonly step: "import" }
  | { readonly step: "told"; readonly told: ImportEvent }
  | { readonly step: "failed"; readonly failure: Error }
  | { readonly step: "again" };

/** The state after an action. An action that does not apply changes nothing. */
export function reduce(state: ImportState, step: ImportAction): ImportState {
  switch (step.step) {
    case "check":
      return { phase: "checking", given: step.given };
    case "import":
      return state.phase === "planned" ? { phase: "importing", given: state.given, plan: state.plan } : state;
    case "told":
      return applyEvent(state, step.told);
    case "failed":
      return applyError(state, step.failure);
    case "again":
      return state.phase === "planned" && state.given.text !== undefined
        ? { phase: "choosing", given: state.given }
        : INITIAL;
  }
}

function applyEvent(state: ImportState, { event, data }: ImportEvent): ImportState {
  if (event === "links") return state.phase === "imported" ? { ...state, links: data } : state;
  if (state.phase !== "checking" && state.phase !== "importing") return state;
  if (event === "progress") return { ...state, progress: data };
  if (data.done) return { phase: "imported", report: data };
  return { phase: "planned", given: state.given, plan: data };
}

/** Keeps the input. */
function applyError(state: ImportState, failure: Error): ImportState {
  if (state.phase === "checking") return { phase: "choosing", given: state.given, failure };
  if (state.phase !== "importing") return state;
  // Other users may have changed connections since the check: the refusal brings the current plan.
  return { phase: "planned", given: state.given, plan: rejectedReport(failure) ?? state.plan, failure };
}

/** Whether a plan can be imported, and if not, why. */
export function planStatus(plan: ImportReport): "ready" | "refused" | "nothingNew" | "empty" {
  if (plan.total === 0) return "empty";
  if (plan.refuse > 0) return "refused";
  return plan.create === 0 ? "nothingNew" : "ready";
}
