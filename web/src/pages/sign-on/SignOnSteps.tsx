import type { SignOnTestStep } from "../../api/schema";
import { StageLine, StageList } from "../../components/StageLine";
import { usePageMessages } from "../../i18n/page-messages";
import { useSentences } from "../../i18n/sentences";

/** The steps of a test of single sign-on, each with what was found. */
export function SignOnSteps({ steps }: { steps: readonly SignOnTestStep[] }) {
  const t = usePageMessages();
  return (
    <StageList>
      {steps.map((step) => (
        <StageLine
          key={step.step}
          name={t.signOn.steps[step.step]}
          state={step.outcome}
          elapsedMs={step.elapsedMs}
          detail={step.finding === undefined ? step.detail : <Finding step={step} />}
        />
      ))}
    </StageList>
  );
}

function Finding({ step: { finding, detail = "", message, error } }: { step: SignOnTestStep }) {
  const t = usePageMessages();
  const sentences = useSentences();
  if (error) {
    const { text, lang } = sentences.failure(error);
    return (
      <>
        <span lang={lang}>{text}</span> <code>{error.code}</code>
      </>
    );
  }
  // Without a code it is a failure of HTTP, which only the server describes.
  if (finding === undefined || finding === "unreachable") return <span lang="en">{message}</span>;
  return t.signOn.findings[finding](detail);
}
