import { Alert } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useLayoutEffect, useRef, useState } from "react";

import { changePassword } from "../api/session";
import { useFaultText } from "../i18n/faults";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { errorText } from "../model/error-text";
import { BusyButton } from "../ui/BusyButton";
import { PasswordField } from "../ui/PasswordField";
import { namedProperty } from "./field-error";
import classes from "./PasswordForm.module.css";

/** The shortest password the server accepts. */
const MIN_LENGTH = 8;

interface Props {
  /** Unknown before an invitation is accepted. */
  username?: string;
  /** The current password, if the user has just typed it to log in. */
  knownPassword?: string | undefined;
  onChanged?: () => void;
  /** Sets a password without the current one. */
  save?: (newPassword: string) => Promise<unknown>;
  /** The label of the button, unless it changes a password. */
  submit?: string;
}

/** Changes the user's own password, or sets the first one. */
export function PasswordForm({ username, knownPassword, onChanged, save, submit: submitLabel }: Props) {
  const t = usePageMessages();
  const faultText = useFaultText();
  const [oldPassword, setOldPassword] = useState("");
  const [newPassword, setNewPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const change = useMutation({
    mutationFn: async () => (save ? save(newPassword) : changePassword(knownPassword ?? oldPassword, newPassword)),
    onSuccess: () => {
      setOldPassword("");
      setNewPassword("");
      setRepeated("");
      onChanged?.();
    },
  });
  const refused = namedProperty(change.error, useLanguage());
  const oldField = useRef<HTMLInputElement>(null);
  const newField = useRef<HTMLInputElement>(null);
  const asksOld = knownPassword === undefined && !save;
  const field = refused?.name === "password" ? "new" : asksOld && refused?.name === "oldPassword" ? "old" : undefined;
  useLayoutEffect(() => {
    if (change.error && field) (field === "new" ? newField : oldField).current?.focus();
  }, [change.error, field]);
  const reason = change.error && (t.errors.refusals[change.error.message] ?? refused?.text);
  /** Sets a field; a refusal no longer applies. */
  const edit = (set: (text: string) => void, text: string) => {
    set(text);
    if (change.error) change.reset();
  };
  const isTooShort = newPassword !== "" && [...newPassword].length < MIN_LENGTH;
  const isDifferent = repeated !== "" && repeated !== newPassword;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (newPassword && !isTooShort && newPassword === repeated) change.mutate();
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      {change.isSuccess && (
        <Alert color="green" variant="light" role="status">
          {t.profile.changed}
        </Alert>
      )}
      {change.error && !field && (
        <Alert color="red" variant="light" role="alert">
          {faultText(change.error) ?? errorText(change.error, t)}
        </Alert>
      )}
      {/* For password managers: which account this is. */}
      {username !== undefined && (
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      )}
      {asksOld && (
        <PasswordField
          ref={oldField}
          label={t.profile.oldPassword}
          autoComplete="current-password"
          required
          withAsterisk={false}
          error={field === "old" && reason}
          value={oldPassword}
          onChange={(event) => edit(setOldPassword, event.currentTarget.value)}
        />
      )}
      <PasswordField
        ref={newField}
        label={t.profile.newPassword}
        description={isTooShort ? undefined : t.profile.short}
        autoComplete="new-password"
        required
        withAsterisk={false}
        autoFocus={knownPassword !== undefined || save !== undefined}
        error={isTooShort ? t.profile.short : field === "new" && reason}
        value={newPassword}
        onChange={(event) => edit(setNewPassword, event.currentTarget.value)}
      />
      <PasswordField
        label={t.profile.again}
        autoComplete="new-password"
        required
        withAsterisk={false}
        error={isDifferent && t.profile.mismatch}
        value={repeated}
        onChange={(event) => edit(setRepeated, event.currentTarget.value)}
      />
      <BusyButton type="submit" isBusy={change.isPending} className={classes.submit}>
        {submitLabel ?? t.profile.change}
      </BusyButton>
    </form>
  );
}
