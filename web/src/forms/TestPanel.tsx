import { Loader } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";

import type { TestStage } from "../api/connection-test";
import type { ConnectionTest } from "../api/schema";
import { TrustIssuer } from "../components/TrustIssuer";
import { useLanguage, useWords } from "../i18n/language";
import { Advice } from "../ui/Advice";
import { hint } from "../util/hint";
import { isIssuerUnknown } from "../util/issuer";
import classes from "./TestPanel.module.css";

/** How a test goes, stage by stage, and what came of it. */
export interface Test {
  readonly stages: readonly TestStage[];
  readonly result?: ConnectionTest;
}

export function TestPanel({ test, onTrust }: { test: Test; onTrust: (pem: string) => void }) {
  const words = useWords();
  const language = useLanguage();
  const { stages, result } = test;
  const error = result?.error;
  // The server advises in English, and in more detail.
  const ours = error && language !== "en" ? hint(words.hints, error.code, error.stage) : undefined;
  return (
    <section className={classes.panel} aria-label={words.form.test} aria-live="polite">
      <ol className={classes.stages}>
        {stages.map((stage) => (
          <Stage key={stage.stage} stage={stage} />
        ))}
      </ol>
      {result?.connected && <p className={classes.good}>{words.form.works}</p>}
      {result?.error && (
        <div className={classes.bad}>
          <p>
            <strong>{result.error.message}</strong> <code>{result.error.code}</code>
          </p>
          {ours && !isIssuerUnknown(result.error.code) && <p>{ours}</p>}
          {/* What to do about an authority nobody knows stands beside its fingerprint. */}
          {!isIssuerUnknown(result.error.code) && <Advice sentences={result.advice} />}
        </div>
      )}
      {result && isIssuerUnknown(result.error?.code) && <TrustIssuer chain={result.certificates} onTrust={onTrust} />}
    </section>
  );
}

function Stage({ stage: { stage, state, elapsedMs, detail } }: { stage: TestStage }) {
  const words = useWords();
  return (
    <li data-state={state}>
      <span className={classes.sign}>
        {state === "running" && <Loader size={14} aria-label={words.loading} />}
        {state === "passed" && <IconCheck size={16} aria-label={words.form.passed} />}
        {state === "failed" && <IconX size={16} aria-label={words.form.failed} />}
      </span>
      <strong>{words.stageNames[stage]}</strong>
      <span className={classes.detail}>{detail}</span>
      <span className={classes.time}>
        {elapsedMs !== undefined && `${elapsedMs.toFixed(elapsedMs < 10 ? 1 : 0)} ms`}
      </span>
    </li>
  );
}
