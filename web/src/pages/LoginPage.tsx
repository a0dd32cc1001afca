import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useState } from "react";

import { ApiFailure } from "../api/client";
import { logIn } from "../api/session";
import { useTitle } from "../hooks/use-title";
import { useWords } from "../i18n/language";
import type { Words } from "../i18n/en";
import { Front } from "../ui/Front";
import { failureText } from "../util/failure-text";
import classes from "./LoginPage.module.css";

interface Props {
  /** Why somebody is here who did not come by themselves: what `/login?error=` says. */
  why: string | undefined;
  /** Called with the password that let somebody in. */
  onLoggedIn: (password: string) => void;
}

/** Who are you? Stands in the place of any page while nobody is logged in. */
export function LoginPage({ why, onLoggedIn }: Props) {
  const words = useWords();
  const queries = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const login = useMutation({
    mutationFn: () => logIn(queries, username, password),
    onSuccess: () => onLoggedIn(password),
    onError: () => setPassword(""),
  });
  useTitle(words.login.title);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  const notice = login.error ? reason(login.error, words) : why && words.login.why[why];

  return (
    <Front product={words.product} title={words.login.title} text={words.motto}>
      {notice && (
        <Alert color={login.error ? "red" : "yellow"} variant="light" mb="md" role="alert">
          {notice}
        </Alert>
      )}
      <form onSubmit={submit}>
        <TextInput
          label={words.login.username}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          autoFocus
          size="md"
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label={words.login.password}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          mt="md"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" fullWidth size="md" mt="xl" loading={login.isPending}>
          {words.login.submit}
        </Button>
      </form>
      <p className={classes.hint}>{words.login.firstTime}</p>
    </Front>
  );
}

function reason(error: Error, words: Words): string {
  const { login } = words;
  if (!(error instanceof ApiFailure)) return error.message;
  if (error.isUnreachable) return login.unreachable;
  if (error.isLoggedOut) return login.why["authentication-failed"] ?? error.message;
  return failureText(error, words);
}
