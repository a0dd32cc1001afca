import { useEffect, useReducer, useRef } from "react";

import type { ImportMode } from "../../api/transfer";
import { importConnections } from "../../api/transfer";
import { useMessages } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { toError } from "../../util/to-error";
import { FilePicker } from "./FilePicker";
import type { ImportInput } from "./import-state";
import { INITIAL, reduce } from "./import-state";
import { ImportPlan } from "./ImportPlan";
import { ImportProgressBar } from "./ImportProgressBar";
import { ImportResult } from "./ImportResult";

/** Imports connections from a file: first a check, then the import. */
export function Import() {
  const t = useMessages();
  const { state, check, run, reset } = useImport();
  return (
    <Card title={t.transfer.importTitle}>
      {state.phase === "choosing" && <FilePicker input={state.given} failure={state.failure} onInput={check} />}
      {state.phase === "checking" && <ImportProgressBar input={state.given} progress={state.progress} />}
      {state.phase === "planned" && (
        <ImportPlan input={state.given} plan={state.plan} failure={state.failure} onImport={run} onOther={reset} />
      )}
      {state.phase === "importing" && <ImportProgressBar input={state.given} progress={state.progress} />}
      {state.phase === "imported" && <ImportResult report={state.report} links={state.links} onOther={reset} />}
    </Card>
  );
}

function useImport() {
  const [state, dispatch] = useReducer(reduce, INITIAL);
  const checking = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => checking.current?.abort(), []);

  const runImport = async (file: Blob, mode: ImportMode, signal: AbortSignal) => {
    try {
      for await (const told of importConnections(file, mode, signal)) dispatch({ step: "told", told });
    } catch (failure) {
      if (!signal.aborted) dispatch({ step: "failed", failure: toError(failure) });
    }
  };
  return {
    state,
    check: (given: ImportInput) => {
      checking.current?.abort();
      checking.current = new AbortController();
      dispatch({ step: "check", given });
      void runImport(given.file, "dryRun", checking.current.signal);
    },
    run: (onlyGood: boolean) => {
      if (state.phase !== "planned") return;
      dispatch({ step: "import" });
      // Not cancelled when the user leaves the page: they asked for it.
      void runImport(state.given.file, onlyGood ? "onlyGood" : "all", new AbortController().signal);
    },
    reset: () => dispatch({ step: "again" }),
  };
}
