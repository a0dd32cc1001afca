import { Button } from "@mantine/core";

import type { Profile } from "../api/schema";
import { logOut } from "../api/session";
import { SecondFactorSetupForm } from "../forms/SecondFactorSetupForm";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useErrorNotification } from "../hooks/use-error-notification";
import { usePageMessages } from "../i18n/page-messages";
import { StandalonePage } from "../ui/StandalonePage";
import { toError } from "../util/to-error";

interface Props {
  profile: Profile;
  /** The password, if the user has just typed it. */
  typedPassword: string | undefined;
  /** Called when the user has seen the recovery codes. */
  onDone: () => void;
}

/** Asks for the setup of a second factor, without which the server refuses everything else. */
export function SecondFactorPage({ profile, typedPassword, onDone }: Props) {
  const t = usePageMessages();
  const onError = useErrorNotification(t.nav.logOut);
  useDocumentTitle(t.secondFactor.dueTitle);
  return (
    <StandalonePage product={t.product} title={t.secondFactor.dueTitle} text={t.secondFactor.dueText}>
      <SecondFactorSetupForm
        username={profile.username}
        knownPassword={typedPassword}
        done={t.secondFactor.goOn}
        onDone={onDone}
      />
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        mt="md"
        onClick={() => void logOut().catch((error: unknown) => onError(toError(error)))}
      >
        {t.nav.logOut}
      </Button>
    </StandalonePage>
  );
}
