import "@mantine/core/styles/Divider.css";

import { Alert, Button, Divider, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useRef, useState } from "react";

import { ApiError } from "../api/client";
import { logIn } from "../api/session";
import { signOnByProxy, signOnQuery } from "../api/sign-on";
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
  /** Undefined until the server has accepted the password and asks for a code. */
  const [code, setCode] = useState<string>();
  const passwordField = useRef<HTMLInputElement>(null);
  const codeField = useRef<HTMLInputElement>(null);
  /** Asks for the password, again. */
  const backToPassword = () => {
    setPassword("");
    setCode(undefined);
  };
  const login = useMutation({
    mutationFn: () => logIn(queries, username, password, code),
    onSuccess: () => onLoggedIn(password),
    onError: (error) => {
      const refusal = error instanceof ApiError ? error : undefined;
      const asksForCode = refusal?.isCodeRequired === true || refusal?.isWrongCode === true;
      if (asksForCode || (code !== undefined && refusal?.isUnauthorized !== true)) {
        setCode("");
        codeField.current?.focus();
        return;
      }
      backToPassword();
      passwordField.current?.focus();
    },
  });
  const { data: signOn } = useQuery(signOnQuery);
  const [wantsPassword, setWantsPassword] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const byProxy = useMutation({
    mutationFn: signOnByProxy,
    onSuccess: async (reason) => {
      setRefusal(reason);
      if (reason === undefined) await queries.invalidateQueries();
    },
  });
  useDocumentTitle(t.login.title);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  const loginError = login.error instanceof ApiError ? login.error : undefined;
  const isRefused = loginError?.isUnauthorized === true && code === undefined;
  const error = loginError?.isCodeRequired === true ? null : (login.error ?? byProxy.error);
  const shownReason = refusal ?? reason;
  const notice = error ? errorNotice(error, t) : shownReason && t.login.reasons[shownReason];
  const { provider, proxyUser } = signOn ?? {};
  const hasForm = (signOn?.localLogin !== false || wantsPassword) && code === undefined;
  const offersSignOn = code === undefined;

  return (
    <StandalonePage product={t.product} title={code === undefined ? t.login.title : t.login.codeTitle} text={t.motto}>
      {notice && (
        <Alert color={error || refusal ? "red" : "yellow"} variant="light" mb="md" role="alert">
          {notice}
        </Alert>
      )}
      {offersSignOn && proxyUser !== undefined && (
        <BusyButton fullWidth size="md" mb="sm" isBusy={byProxy.isPending} onClick={() => byProxy.mutate()}>
          {t.login.as(proxyUser)}
        </BusyButton>
      )}
      {offersSignOn && provider && (
        // Not a request of the page: the browser goes there.
        <Button component="a" href={provider.start} fullWidth size="md">
          {t.login.with(provider.name)}
        </Button>
      )}
      {hasForm && (provider ?? proxyUser) !== undefined && (
        <Divider my="lg" label={t.login.or} labelPosition="center" />
      )}
      {offersSignOn && !hasForm && (
        <Button variant="subtle" fullWidth mt="md" onClick={() => setWantsPassword(true)}>
          {t.login.withPassword}
        </Button>
      )}
      {hasForm && (
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
          <BusyButton
            type="submit"
            variant={provider || proxyUser !== undefined ? "default" : "filled"}
            fullWidth
            size="md"
            mt="xl"
            isBusy={login.isPending}
          >
            {t.login.submit}
          </BusyButton>
        </form>
      )}
      {code !== undefined && (
        <form onSubmit={submit}>
          <TextInput
            ref={codeField}
            label={t.login.code}
            description={t.login.codeText}
            name="code"
            autoComplete="one-time-code"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            autoFocus
            size="md"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <BusyButton type="submit" fullWidth size="md" mt="xl" isBusy={login.isPending}>
            {t.login.submit}
          </BusyButton>
          <Button
            variant="subtle"
            fullWidth
            mt="sm"
            onClick={() => {
              login.reset();
              backToPassword();
            }}
          >
            {t.login.back}
          </Button>
        </form>
      )}
      {/* Only to users who can't log in: for all others it would be noise after the first start. */}
      {isRefused && lastUser === undefined && <p className={classes.hint}>{t.login.firstTime}</p>}
    </StandalonePage>
  );
}

function errorNotice(error: Error, t: CoreMessages): string {
  const { login } = t;
  if (!(error instanceof ApiError)) return error.message;
  if (error.isUnreachable) return login.unreachable;
  if (error.isWrongCode) return login.reasons["second-factor-wrong"] ?? error.message;
  if (error.isUnauthorized) return login.reasons["authentication-failed"] ?? error.message;
  return errorText(error, t);
}
