import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useState } from "react";

import { ApiFailure } from "../api/client";
import { logIn } from "../api/session";
import { useWords } from "../i18n/language";
import type { Words } from "../i18n/en";
import { Logo } from "../ui/Logo";
import { useTitle } from "../hooks/use-title";
import classes from "./LoginPage.module.css";

/** Who are you? Stands in the place of any page while nobody is logged in. */
export function LoginPage() {
  const words = useWords();
  const queries = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const login = useMutation({
    mutationFn: () => logIn(queries, username, password),
    onError: () => setPassword(""),
  });
  useTitle(words.login.title);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };

  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Logo size={30} />
          <span>{words.product}</span>
        </div>
        <h1>{words.login.title}</h1>
        <p>{words.motto}</p>
        {login.error && (
          <Alert color="red" variant="light" mb="md" role="alert">
            {reason(login.error, words)}
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
      </div>
    </main>
  );
}

function reason(error: Error, { login }: Words): string {
  if (!(error instanceof ApiFailure)) return error.message;
  if (error.isUnreachable) return login.unreachable;
  if (error.status === 429) return login.throttled;
  if (error.isLoggedOut) return login.wrong;
  return error.message;
}
