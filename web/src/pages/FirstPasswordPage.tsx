import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";

import { forgetInitialPassword } from "../api/session";
import type { Profile } from "../api/schema";
import { PasswordForm } from "../forms/PasswordForm";
import { useTitle } from "../hooks/use-title";
import { useWords } from "../i18n/language";
import { Front } from "../ui/Front";

interface Props {
  profile: Profile;
  /** The printed password, where it was typed a moment ago. */
  known: string | undefined;
  onLater: () => void;
}

/** Asks for a password of one's own in place of the one that the first start printed. */
export function FirstPasswordPage({ profile, known, onLater }: Props) {
  const words = useWords();
  const queries = useQueryClient();
  useTitle(words.firstPassword.title);
  return (
    <Front product={words.product} title={words.firstPassword.title} text={words.firstPassword.text}>
      <PasswordForm username={profile.username} known={known} onChanged={() => forgetInitialPassword(queries)} />
      <Button variant="subtle" color="gray" size="compact-sm" mt="md" onClick={onLater}>
        {words.firstPassword.later}
      </Button>
    </Front>
  );
}
