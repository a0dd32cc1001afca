import { Alert, Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { Profile } from "../../api/schema";
import { removeSecondFactor, renewRecoveryCodes } from "../../api/second-factor";
import { checkSession } from "../../api/session";
import { RecoveryCodes } from "../../forms/RecoveryCodes";
import { SecondFactorProofForm } from "../../forms/SecondFactorProofForm";
import { SecondFactorSetupForm } from "../../forms/SecondFactorSetupForm";
import { usePageMessages } from "../../i18n/page-messages";
import { Card } from "../../ui/Card";
import classes from "./SecondFactor.module.css";

type Step = "setup" | "renew" | "remove" | { readonly codes: readonly string[] };

/** The user's second factor; nothing for a user without a password, of whom no code is asked. */
export function SecondFactor({ profile }: { profile: Profile }) {
  const t = usePageMessages();
  return (
    profile.secondFactor && (
      <Card title={t.secondFactor.title}>
        <Content username={profile.username} factor={profile.secondFactor} />
      </Card>
    )
  );
}

function Content({ username, factor }: { username: string; factor: NonNullable<Profile["secondFactor"]> }) {
  const t = usePageMessages();
  const queries = useQueryClient();
  const [step, setStep] = useState<Step>();
  const [isRemoved, setRemoved] = useState(false);
  const close = () => setStep(undefined);
  const finish = () => {
    close();
    void checkSession(queries);
  };
  if (step === "setup") {
    return <SecondFactorSetupForm username={username} done={t.secondFactor.done} onDone={finish} onCancel={close} />;
  }
  if (step === "renew") {
    return (
      <SecondFactorProofForm
        username={username}
        text={t.secondFactor.renewText}
        submit={t.secondFactor.renew}
        run={async (proof) => setStep({ codes: await renewRecoveryCodes(proof) })}
        onCancel={close}
      />
    );
  }
  if (step === "remove") {
    return (
      <SecondFactorProofForm
        username={username}
        text={factor.required ? t.secondFactor.removeRequiredText : t.secondFactor.removeText}
        submit={t.secondFactor.remove}
        isDestructive
        run={async (proof) => {
          await removeSecondFactor(queries, proof);
          setRemoved(true);
          close();
        }}
        onCancel={close}
      />
    );
  }
  if (step) {
    return <RecoveryCodes username={username} codes={step.codes} done={t.secondFactor.done} onDone={finish} />;
  }
  const { enabled, recoveryCodesLeft } = factor;
  return (
    <div className={classes.content}>
      {isRemoved && !enabled && (
        <Alert color="green" variant="light" role="status">
          {t.secondFactor.removed}
        </Alert>
      )}
      <p>{enabled ? t.secondFactor.on(recoveryCodesLeft) : t.secondFactor.off}</p>
      <div className={classes.actions}>
        {enabled ? (
          <>
            <Button variant="default" onClick={() => setStep("renew")}>
              {t.secondFactor.renew}
            </Button>
            <Button variant="default" onClick={() => setStep("remove")}>
              {t.secondFactor.remove}
            </Button>
          </>
        ) : (
          <Button onClick={() => setStep("setup")}>{t.secondFactor.setUp}</Button>
        )}
      </div>
    </div>
  );
}
