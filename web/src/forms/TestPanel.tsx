import { CloseButton } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import type { RefObject } from "react";
import { useEffect, useRef } from "react";

import type { TestStage } from "../api/connection-test";
import type { Certificate, ConnectionTest } from "../api/schema";
import { LocalTime } from "../components/LocalTime";
import { StageLine, StageList } from "../components/StageLine";
import { TrustIssuer } from "../components/TrustIssuer";
import { useFocusHandover } from "../hooks/use-focus-handover";
import { useAdvice } from "../i18n/advice";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { useSentences } from "../i18n/sentences";
import { blamesTlsPlugin, isTlsPluginAdvice } from "../model/advice";
import { isIssuerUnknown } from "../model/issuer";
import { AdviceList } from "../ui/AdviceList";
import { formatRunTime } from "../util/format-time";
import classes from "./TestPanel.module.css";

/** The progress of a test and its result. */
export interface TestRun {
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly stages: readonly TestStage[];
  readonly result?: ConnectionTest;
}

interface Props {
  /** The latest test; undefined before the first one. */
  test: TestRun | undefined;
  /** Whether the form has changed since the test started. */
  isOutdated: boolean;
  /** The name of the CA that was trusted after a test. */
  trustedCa: string | undefined;
  /** Whether another CA is trusted now, which a new one would replace. */
  replacesCa: boolean;
  onTrust: (ca: Certificate) => void;
  /** Removes the panel; then the focus goes to the button that started the test. */
  closing?: { readonly onClose: () => void; readonly next: RefObject<HTMLElement | null> };
}

/** How far a test gets, and its result. Next to the form where there is space, else above its buttons. */
export function TestPanel({ test, isOutdated, trustedCa, replacesCa, onTrust, closing }: Props) {
  const t = usePageMessages();
  const panel = useRef<HTMLElement>(null);
  const hasResult = test?.result !== undefined;
  useEffect(() => {
    if (test) showPanel(panel.current);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- at the start and at the result, not at every stage
  }, [test !== undefined, hasResult]);
  return (
    <section
      ref={panel}
      className={classes.panel}
      aria-label={t.form.test}
      aria-live="polite"
      tabIndex={-1}
      data-empty={test === undefined || undefined}
      data-outdated={isOutdated || undefined}
    >
      {closing && <Close {...closing} />}
      {test && (
        <h2 className={classes.title}>
          <LocalTime time={test.startedAt} format={t.form.testAt} />
        </h2>
      )}
      {trustedCa && (
        <p className={classes.trusted}>
          <IconShieldCheck size={16} aria-hidden />
          {t.form.caTrusted(trustedCa)}
        </p>
      )}
      {test ? (
        <>
          {isOutdated && <p className={classes.note}>{t.form.outdated}</p>}
          <div className={classes.body}>
            <StageList>
              {test.stages.map((stage) => (
                <Stage key={stage.stage} stage={stage} result={test.result} />
              ))}
            </StageList>
            {test.result && <Result result={test.result} replacesCa={replacesCa} onTrust={onTrust} />}
          </div>
        </>
      ) : (
        <p className={classes.note}>{t.form.testText}</p>
      )}
    </section>
  );
}

function Close({ onClose, next }: NonNullable<Props["closing"]>) {
  const t = usePageMessages();
  const button = useFocusHandover(next);
  return <CloseButton ref={button} className={classes.close} aria-label={t.close} onClick={onClose} />;
}

/** Scrolls to the panel and moves the focus there, unless it is in view already, as next to the form. */
function showPanel(panel: HTMLElement | null): void {
  // Next to the form it stays in view by itself.
  if (!panel?.parentElement || getComputedStyle(panel.parentElement).position === "sticky") return;
  const { top, bottom } = panel.getBoundingClientRect();
  if (top >= 0 && bottom <= innerHeight - HIDDEN_BY_BUTTONS) return;
  panel.scrollIntoView({ block: "nearest" });
  panel.focus({ preventScroll: true });
}

/** The height of the form's buttons, which stick to the bottom of the window, in pixels. */
const HIDDEN_BY_BUTTONS = 72;

interface ResultProps extends Pick<Props, "replacesCa" | "onTrust"> {
  result: ConnectionTest;
}

function Result({ result, replacesCa, onTrust }: ResultProps) {
  const t = usePageMessages();
  const sentences = useSentences();
  const toAdvice = useAdvice();
  const { connected, error, certificates, adviceKeys } = result;
  const reason = error && sentences.failure(error);
  return (
    <>
      {connected && <p className={classes.good}>{t.form.works}</p>}
      {error && (
        <div className={classes.bad}>
          <p>
            <strong lang={reason?.lang}>{reason?.text}</strong> <code>{error.code}</code>
          </p>
          {/* Advice on an unknown CA is next to its fingerprint. */}
          {!isIssuerUnknown(error.code) && <AdviceList lines={toAdvice(result)} />}
        </div>
      )}
      {isIssuerUnknown(error?.code) && (
        <TrustIssuer
          chain={certificates}
          replaces={replacesCa}
          isPluginOff={blamesTlsPlugin(error) || adviceKeys.some(isTlsPluginAdvice)}
          onTrust={onTrust}
        />
      )}
    </>
  );
}

interface StageProps {
  stage: TestStage;
  result: ConnectionTest | undefined;
}

/** A stage with what was found in it. The cause of a failure is below the stages. */
function Stage({ stage: { stage, state, elapsedMs, detail }, result }: StageProps) {
  const t = usePageMessages();
  const language = useLanguage();
  const { version, sys } = result?.broker ?? {};
  const found = {
    ...(stage === "subscribe" && { text: version ?? (sys && t.connection.unknownVersion[sys]) }),
    ...(stage === "roundtrip" && {
      text: result?.roundtrip && `${formatRunTime(result.roundtrip.latencyMs, language)}, QoS ${result.roundtrip.qos}`,
    }),
  };
  const shown = "text" in found ? found.text : detail;
  return (
    <StageLine name={t.stageNames[stage]} state={state} detail={state !== "failed" && shown} elapsedMs={elapsedMs} />
  );
}
