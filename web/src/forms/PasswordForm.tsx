import { Alert, Button, PasswordInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useState } from "react";

import { changePassword } from "../api/session";
import { useWords } from "../i18n/language";
import { failureText } from "../util/failure-text";
import classes from "./PasswordForm.module.css";

/** The shortest password the server takes. */
const SHORTEST = 8;

interface Props {
  username: string;
  /** The password until now, where it is known because it was typed a moment ago. */
  known?: string | undefined;
  onChanged?: () => void;
}

/** A new password for oneself. */
export function PasswordForm({ username, known, onChanged }: Props) {
  const words = useWords();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const change = useMutation({
    mutationFn: () => changePassword(known ?? old, fresh),
    onSuccess: () => {
      setOld("");
      setFresh("");
      setAgain("");
      onChanged?.();
    },
  });
  const short = fresh !== "" && [...fresh].length < SHORTEST;
  const different = again !== "" && again !== fresh;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fresh && !short && fresh === again) change.mutate();
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      {change.isSuccess && (
        <Alert color="green" variant="light" role="status">
          {words.profile.changed}
        </Alert>
      )}
      {change.error && (
        <Alert color="red" variant="light" role="alert">
          {failureText(change.error, words)}
        </Alert>
      )}
      {/* Tells password managers whose password this is. */}
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      {known === undefined && (
        <PasswordInput
          label={words.profile.oldPassword}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={old}
          onChange={(event) => setOld(event.currentTarget.value)}
        />
      )}
      <PasswordInput
        label={words.profile.newPassword}
        description={words.profile.short}
        autoComplete="new-password"
        required
        withAsterisk={false}
        autoFocus={known !== undefined}
        error={short}
        value={fresh}
        onChange={(event) => setFresh(event.currentTarget.value)}
      />
      <PasswordInput
        label={words.profile.again}
        autoComplete="new-password"
        required
        withAsterisk={false}
        error={different && words.profile.different}
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
      />
      <Button type="submit" loading={change.isPending} className={classes.submit}>
        {words.profile.change}
      </Button>
    </form>
  );
}
