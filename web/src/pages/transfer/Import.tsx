import { notifications } from "@mantine/notifications";
import { useEffect, useReducer, useRef } from "react";

import type { ImportMode } from "../../api/transfer";
import { importConnections, rejectedReport } from "../../api/transfer";
import { usePageMessages } from "../../i18n/page-messages";
import { errorText } from "../../model/error-text";
import { Card } from "../../ui/Card";
import { toError } from "../../util/to-error";
import { FilePicker } from "./FilePicker";
import type { ImportInput } from "./import-state";
import { INITIAL, reduce } from "./import-state";
import { ImportPlan } from "./ImportPlan";
import { ImportProgressBar } from "./ImportProgressBar";
import { importedText, ImportResult } from "./ImportResult";

/** Imports connections from a file: first a check, then the import. */
export function Import() {
  const t = usePageMessages();
  const { state, check, run, reset } = useImport();
  return (
    <Card title={t.transfer.importTitle}>
      {state.phase === "choosing" && <FilePicker input={state.input} error={state.error} onInput={check} />}
      {state.phase === "checking" && <ImportProgressBar input={state.input} progress={state.progress} />}
      {state.phase === "planned" && (
        <ImportPlan input={state.input} plan={state.plan} error={state.error} onImport={run} onOther={reset} />
      )}
      {state.phase === "importing" && <ImportProgressBar input={state.input} progress={state.progress} />}
      {state.phase === "imported" && <ImportResult report={state.report} links={state.links} onOther={reset} />}
    </Card>
  );
}

function useImport() {
  const [state, dispatch] = useReducer(reduce, INITIAL);
  const t = usePageMessages();
  const checking = useRef<AbortController | undefined>(undefined);
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
      checking.current?.abort();
    };
  }, []);

  const runImport = async (file: Blob, mode: ImportMode, signal: AbortSignal) => {
    // Other pages can be opened meanwhile, but closing the window ends the request.
    const stopAsking = mode === "dryRun" ? undefined : askBeforeClosing();
    try {
      for await (const event of importConnections(file, mode, signal)) {
        // The result is certain; what follows are the states of the links.
        if (event.event === "report") stopAsking?.();
        dispatch({ type: "event", event });
        // On another page, the outcome is a notification.
        if (event.event === "report" && !isShown.current && !signal.aborted) {
          notifications.show({ message: importedText(event.data, t), autoClose: false });
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      const failure = toError(error);
      dispatch({ type: "failed", error: failure });
      if (isShown.current) return;
      const message = rejectedReport(failure) ? t.transfer.refused : errorText(failure, t);
      notifications.show({ color: "red", title: t.transfer.notImported, message, autoClose: false, role: "alert" });
    } finally {
      stopAsking?.();
    }
  };
  return {
    state,
    check: (input: ImportInput) => {
      checking.current?.abort();
      checking.current = new AbortController();
      dispatch({ type: "check", input });
      void runImport(input.file, "dryRun", checking.current.signal);
    },
    run: (onlyGood: boolean) => {
      if (state.phase !== "planned") return;
      dispatch({ type: "import" });
      // Not cancelled when the user leaves the page: they asked for it.
      void runImport(state.input.file, onlyGood ? "onlyGood" : "all", new AbortController().signal);
    },
    reset: () => dispatch({ type: "reset" }),
  };
}

/** Lets the browser ask before the window is closed or loads again, until the returned function is called. */
function askBeforeClosing(): () => void {
  const listening = new AbortController();
  addEventListener("beforeunload", (event) => event.preventDefault(), { signal: listening.signal });
  return () => listening.abort();
}
