import { Alert, Button } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";
import { useState } from "react";

import { acceptInvitation } from "../api/session";
import { PasswordForm } from "../forms/PasswordForm";
import { useDocumentTitle } from "../hooks/use-document-title";
import { usePageMessages } from "../i18n/page-messages";
import { StandalonePage } from "../ui/StandalonePage";
import { basePath } from "../util/page-meta";

/** Lets an invited user set a password. The token is what follows `#` in the URL. */
export function InvitationPage() {
  const token = useLocation({ select: ({ hash }) => hash });
  // Keyed: a link that is pasted while the page is open changes only the token, and is another invitation.
  return <Invitation key={token} token={token} />;
}

function Invitation({ token }: { token: string }) {
  const t = usePageMessages();
  const [username, setUsername] = useState<string>();
  useDocumentTitle(t.invitation.title);
  const save = async (password: string) => setUsername(await acceptInvitation(token, password));
  return (
    <StandalonePage product={t.product} title={t.invitation.title} text={username ? "" : t.invitation.text}>
      {token === "" && (
        <Alert color="red" variant="light" role="alert">
          {t.invitation.incomplete}
        </Alert>
      )}
      {token !== "" && username === undefined && <PasswordForm save={save} submit={t.invitation.set} />}
      {username !== undefined && (
        <>
          <Alert color="green" variant="light" role="status" mb="md">
            {t.invitation.accepted(username)}
          </Alert>
          {/* Loads the page again: another user may be logged in, whose session has nothing to do with this. */}
          <Button component="a" href={`${basePath}/`} ref={focus}>
            {t.invitation.logIn}
          </Button>
        </>
      )}
    </StandalonePage>
  );
}

/** A ref that moves the focus to a new element: React has `autoFocus` only for fields and buttons. */
function focus(element: HTMLElement | null): void {
  element?.focus();
}
