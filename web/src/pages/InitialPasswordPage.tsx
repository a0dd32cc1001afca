import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";

import type { Profile } from "../api/schema";
import { clearInitialPassword } from "../api/session";
import { PasswordForm } from "../forms/PasswordForm";
import { useDocumentTitle } from "../hooks/use-document-title";
import { usePageMessages } from "../i18n/page-messages";
import { StandalonePage } from "../ui/StandalonePage";

interface Props {
  profile: Profile;
  /** The initial password, if the user has just typed it. */
  typedPassword: string | undefined;
  onPostpone: () => void;
}

/** Asks for a password that replaces the one printed at the first start, or one that has to be changed. */
export function InitialPasswordPage({ profile, typedPassword, onPostpone }: Props) {
  const t = usePageMessages();
  const queries = useQueryClient();
  useDocumentTitle(t.initialPassword.title);
  return (
    <StandalonePage
      product={t.product}
      title={t.initialPassword.title}
      text={profile.mustChangePassword ? t.initialPassword.required : t.initialPassword.text}
    >
      <PasswordForm
        username={profile.username}
        knownPassword={typedPassword}
        onChanged={() => clearInitialPassword(queries)}
      />
      {!profile.mustChangePassword && (
        <Button variant="subtle" color="gray" size="compact-sm" mt="md" onClick={onPostpone}>
          {t.initialPassword.later}
        </Button>
      )}
    </StandalonePage>
  );
}
