import { Alert, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useRef, useState } from "react";

import { ApiError } from "../api/client";
import { logIn } from "../api/session";
import { useDocumentTitle } from "../hooks/use-document-title";
import type { CoreMessages } from "../i18n/en-core";
import { useMessages } from "../i18n/language";
import { errorText } from "../model/error-text";
import { BusyButton } from "../ui/BusyButton";
import { PasswordField } from "../ui/PasswordField";
import { StandalonePage } from "../ui/StandalonePage";
import classes from "./LoginPage.module.css";

interface Props {
  /** Why the user was sent here: the value of `?error=`. */
  reason: string | undefined;
  /** The user whose session has ended. */
  lastUser?: string | undefined;
  /** Called with the password after a successful login. */
  onLoggedIn: (password: string) => void;
}

/** The login form, which replaces any page while there is no session. */
export function LoginPage({ reason, lastUser, onLoggedIn }: Props) {
  const t = useMessages();
  const queries = useQueryClient();
  const [username, setUsername] = useState(lastUser ?? "");
  const [password, setPassword] = useState("");
  const passwordField = useRef<HTMLInputElement>(null);
  const login = useMutation({
    mutationFn: () => logIn(queries, username, password),
    onSuccess: () => onLoggedIn(password),
    onError: () => {
      setPassword("");
      passwordField.current?.focus();
    },
  });
  useDocumentTitle(t.login.title);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  const isRefused = login.error instanceof ApiError && login.error.isUnauthorized;
  const notice = login.error ? errorNotice(login.error, t) : reason && t.login.reasons[reason];

  return (
    <StandalonePage product={t.product} title={t.login.title} text={t.motto}>
      {notice && (
        <Alert color={login.error ? "red" : "yellow"} variant="light" mb="md" role="alert">
          {notice}
        </Alert>
      )}
      <form onSubmit={submit}>
        <TextInput
          label={t.login.username}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          autoFocus={lastUser === undefined}
          size="md"
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordField
          ref={passwordField}
          label={t.login.password}
          name="password"
          autoFocus={lastUser !== undefined}
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          mt="md"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <BusyButton type="submit" fullWidth size="md" mt="xl" isBusy={login.isPending}>
          {t.login.submit}
        </BusyButton>
      </form>
      {/* Only to users who can't log in: for all others it would be noise after the first start. */}
      {isRefused && lastUser === undefined && <p className={classes.hint}>{t.login.firstTime}</p>}
    </StandalonePage>
  );
}

function errorNotice(error: Error, t: CoreMessages): string {
  const { login } = t;
  if (!(error instanceof ApiError)) return error.message;
  if (error.isUnreachable) return login.unreachable;
  if (error.isUnauthorized) return login.reasons["authentication-failed"] ?? error.message;
  return errorText(error, t);
}
