import { Alert, Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useLayoutEffect, useRef, useState } from "react";

import type { SecondFactorProof } from "../api/schema";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { errorText } from "../model/error-text";
import { BusyButton } from "../ui/BusyButton";
import { PasswordField } from "../ui/PasswordField";
import { namedProperty } from "./field-error";
import classes from "./SecondFactor.module.css";

interface Props {
  username: string;
  /** What is going to happen. */
  text: string;
  /** The label of the button that does it. */
  submit: string;
  /** Whether it takes something away. */
  isDestructive?: boolean;
  run: (proof: SecondFactorProof) => Promise<unknown>;
  onCancel: () => void;
}

/** Asks for the password and a code before the second factor is changed. */
export function SecondFactorProofForm({ username, text, submit, isDestructive = false, run, onCancel }: Props) {
  const t = usePageMessages();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const change = useMutation({ mutationFn: async () => run({ password, code }) });
  const refused = namedProperty(change.error, useLanguage());
  const passwordField = useRef<HTMLInputElement>(null);
  const codeField = useRef<HTMLInputElement>(null);
  const field = refused?.name === "password" || refused?.name === "code" ? refused.name : undefined;
  useLayoutEffect(() => {
    if (change.error && field) (field === "code" ? codeField : passwordField).current?.focus();
  }, [change.error, field]);
  const reason = change.error && (t.secondFactor.refusals[change.error.message] ?? refused?.text);
  /** Sets a field; a refusal no longer applies. */
  const edit = (set: (text: string) => void, value: string) => {
    set(value);
    if (change.error) change.reset();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={onSubmit} className={classes.step}>
      <p>{text}</p>
      {change.error && !field && (
        <Alert color="red" variant="light" role="alert">
          {t.secondFactor.refusals[change.error.message] ?? errorText(change.error, t)}
        </Alert>
      )}
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      <PasswordField
        ref={passwordField}
        label={t.profile.oldPassword}
        autoComplete="current-password"
        autoFocus
        required
        withAsterisk={false}
        error={field === "password" && reason}
        value={password}
        onChange={(event) => edit(setPassword, event.currentTarget.value)}
      />
      <TextInput
        ref={codeField}
        label={t.login.code}
        description={t.login.codeText}
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        error={field === "code" && reason}
        value={code}
        onChange={(event) => edit(setCode, event.currentTarget.value)}
      />
      <div className={classes.actions}>
        <BusyButton type="submit" {...(isDestructive && { color: "red" })} isBusy={change.isPending}>
          {submit}
        </BusyButton>
        <Button variant="default" onClick={onCancel}>
          {t.cancel}
        </Button>
      </div>
    </form>
  );
}
