import { Button, Loader } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";

import type { TestStage } from "../api/connection-test";
import type { Certificate, ConnectionTest } from "../api/schema";
import { useLanguage, useWords } from "../i18n/language";
import { day } from "../util/time";
import classes from "./TestPanel.module.css";

/** How a test goes, stage by stage, and what came of it. */
export interface Test {
  readonly stages: readonly TestStage[];
  readonly result?: ConnectionTest;
}

/** The codes of a chain that ends in a CA nobody here knows; trusting that CA mends them. */
const UNKNOWN_ISSUER = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
]);

export function TestPanel({ test, onTrust }: { test: Test; onTrust: (pem: string) => void }) {
  const words = useWords();
  const { stages, result } = test;
  const last = result?.certificates.at(-1);
  const isUntrusted = result?.error && UNKNOWN_ISSUER.has(result.error.code);
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
          <ul>
            {(result.advice ?? []).map((advice) => (
              <li key={advice}>{advice}</li>
            ))}
          </ul>
        </div>
      )}
      {isUntrusted && last && <Trust certificate={last} onTrust={onTrust} />}
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

function Trust({ certificate, onTrust }: { certificate: Certificate; onTrust: (pem: string) => void }) {
  const words = useWords();
  const language = useLanguage();
  return (
    <div className={classes.trust}>
      <p>
        <strong>{words.form.unknownIssuer}</strong> {words.form.compare}
      </p>
      <p>
        {certificate.subject}
        {certificate.notAfter && ` · ${words.connection.validUntil(day(certificate.notAfter, language))}`}
      </p>
      <code className={classes.fingerprint}>{certificate.fingerprint}</code>
      <Button size="xs" variant="default" onClick={() => onTrust(certificate.pem)}>
        {words.form.trust}
      </Button>
    </div>
  );
}
