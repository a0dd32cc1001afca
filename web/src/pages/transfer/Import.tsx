import { useEffect, useReducer, useRef } from "react";

import type { ImportMode } from "../../api/transfer";
import { importConnections } from "../../api/transfer";
import { useWords } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { Chooser } from "./Chooser";
import { Imported } from "./Imported";
import { Plan } from "./Plan";
import { Progress } from "./Progress";
import type { Given } from "./import-state";
import { START, after } from "./import-state";

/** From a file to connections: first what would become of it, then the doing. */
export function Import() {
  const words = useWords();
  const { state, check, run, again } = useImport();
  return (
    <Card title={words.transfer.importTitle}>
      {state.phase === "choosing" && <Chooser given={state.given} failure={state.failure} onGiven={check} />}
      {state.phase === "checking" && <Progress given={state.given} progress={state.progress} />}
      {state.phase === "planned" && (
        <Plan given={state.given} plan={state.plan} failure={state.failure} onImport={run} onOther={again} />
      )}
      {state.phase === "importing" && <Progress given={state.given} progress={state.progress} />}
      {state.phase === "imported" && <Imported report={state.report} links={state.links} onOther={again} />}
    </Card>
  );
}

function useImport() {
  const [state, step] = useReducer(after, START);
  const checking = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => checking.current?.abort(), []);

  const follow = async (file: Blob, mode: ImportMode, signal: AbortSignal) => {
    try {
      for await (const told of importConnections(file, mode, signal)) step({ step: "told", told });
    } catch (failure) {
      if (!signal.aborted)
        step({ step: "failed", failure: failure instanceof Error ? failure : new Error(String(failure)) });
    }
  };
  return {
    state,
    check: (given: Given) => {
      checking.current?.abort();
      checking.current = new AbortController();
      step({ step: "check", given });
      void follow(given.file, "dryRun", checking.current.signal);
    },
    run: (onlyGood: boolean) => {
      if (state.phase !== "planned") return;
      step({ step: "import" });
      // Whoever leaves the page has nevertheless asked for it: it is not called off.
      void follow(state.given.file, onlyGood ? "onlyGood" : "all", new AbortController().signal);
    },
    again: () => step({ step: "again" }),
  };
}
