import { Loader } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";

import type { TestStage } from "../api/connection-test";
import type { ConnectionTest } from "../api/schema";
import { TrustIssuer } from "../components/TrustIssuer";
import { useLanguage, useMessages } from "../i18n/language";
import { findHint } from "../model/hint";
import { isIssuerUnknown } from "../model/issuer";
import { AdviceList } from "../ui/AdviceList";
import classes from "./TestPanel.module.css";

/** The progress of a test and its result. */
export interface TestRun {
  readonly stages: readonly TestStage[];
  readonly result?: ConnectionTest;
}

export function TestPanel({ test, onTrust }: { test: TestRun; onTrust: (pem: string) => void }) {
  const t = useMessages();
  const language = useLanguage();
  const { stages, result } = test;
  const error = result?.error;
  // The server's advice is in English, and more detailed.
  const translatedHint = error && language !== "en" ? findHint(t.hints, error.code, error.stage) : undefined;
  return (
    <section className={classes.panel} aria-label={t.form.test} aria-live="polite">
      <ol className={classes.stages}>
        {stages.map((stage) => (
          <Stage key={stage.stage} stage={stage} />
        ))}
      </ol>
      {result?.connected && <p className={classes.good}>{t.form.works}</p>}
      {result?.error && (
        <div className={classes.bad}>
          <p>
            <strong>{result.error.message}</strong> <code>{result.error.code}</code>
          </p>
          {translatedHint && !isIssuerUnknown(result.error.code) && <p>{translatedHint}</p>}
          {/* Advice on an unknown CA is next to its fingerprint. */}
          {!isIssuerUnknown(result.error.code) && <AdviceList sentences={result.advice} />}
        </div>
      )}
      {result && isIssuerUnknown(result.error?.code) && <TrustIssuer chain={result.certificates} onTrust={onTrust} />}
    </section>
  );
}

function Stage({ stage: { stage, state, elapsedMs, detail } }: { stage: TestStage }) {
  const t = useMessages();
  return (
    <li data-state={state}>
      <span className={classes.sign}>
        {state === "running" && <Loader size={14} aria-label={t.loading} />}
        {state === "passed" && <IconCheck size={16} aria-label={t.form.passed} />}
        {state === "failed" && <IconX size={16} aria-label={t.form.failed} />}
      </span>
      <strong>{t.stageNames[stage]}</strong>
      <span className={classes.detail}>{detail}</span>
      <span className={classes.time}>
        {elapsedMs !== undefined && `${elapsedMs.toFixed(elapsedMs < 10 ? 1 : 0)} ms`}
      </span>
    </li>
  );
}
