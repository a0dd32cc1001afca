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
  | { readonly phase: "choosing"; readonly input?: ImportInput; readonly error?: Error }
  | { readonly phase: "checking"; readonly input: ImportInput; readonly progress?: ImportProgress }
  | { readonly phase: "planned"; readonly input: ImportInput; readonly plan: ImportReport; readonly error?: Error }
  | {
      readonly phase: "importing";
      readonly input: ImportInput;
      readonly plan: ImportReport;
      readonly progress?: ImportProgress;
    }
  | { readonly phase: "imported"; readonly report: ImportReport; readonly links?: LinkCounts };

export const INITIAL: ImportState = { phase: "choosing" };

export type ImportAction =
  | { readonly type: "check"; readonly input: ImportInput }
  | { readonly type: "import" }
  | { readonly type: "event"; readonly event: ImportEvent }
  | { readonly type: "failed"; readonly error: Error }
  | { readonly type: "reset" };

/** The state after an action. An action that does not apply changes nothing. */
export function reduce(state: ImportState, action: ImportAction): ImportState {
  switch (action.type) {
    case "check":
      return { phase: "checking", input: action.input };
    case "import":
      return state.phase === "planned" ? { phase: "importing", input: state.input, plan: state.plan } : state;
    case "event":
      return applyEvent(state, action.event);
    case "failed":
      return applyError(state, action.error);
    case "reset":
      return state.phase === "planned" && state.input.text !== undefined
        ? { phase: "choosing", input: state.input }
        : INITIAL;
  }
}

function applyEvent(state: ImportState, { event, data }: ImportEvent): ImportState {
  if (event === "links") return state.phase === "imported" ? { ...state, links: data } : state;
  if (state.phase !== "checking" && state.phase !== "importing") return state;
  if (event === "progress") return { ...state, progress: data };
  if (data.done) return { phase: "imported", report: data };
  return { phase: "planned", input: state.input, plan: data };
}

/** Keeps the input. */
function applyError(state: ImportState, error: Error): ImportState {
  if (state.phase === "checking") return { phase: "choosing", input: state.input, error };
  if (state.phase !== "importing") return state;
  // Other users may have changed connections since the check: the refusal brings the current plan.
  return { phase: "planned", input: state.input, plan: rejectedReport(error) ?? state.plan, error };
}

/** Whether a plan can be imported, and if not, why. */
export function planStatus(plan: ImportReport): "ready" | "refused" | "exceeded" | "nothingNew" | "empty" {
  if (plan.total === 0) return "empty";
  if (plan.refuse > 0) return "refused";
  if (plan.exceeds !== undefined) return "exceeded";
  return plan.create === 0 ? "nothingNew" : "ready";
}
