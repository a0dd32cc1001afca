import { Alert, Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { Suspense, useState } from "react";

import { lazyComponent } from "../api/lazy-component";
import type { SecondFactorSetup } from "../api/schema";
import { beginSecondFactor, confirmSecondFactor } from "../api/second-factor";
import { usePageMessages } from "../i18n/page-messages";
import { errorText } from "../model/error-text";
import { BusyButton } from "../ui/BusyButton";
import { CopyButton } from "../ui/CopyButton";
import { PasswordField } from "../ui/PasswordField";
import { RecoveryCodes } from "./RecoveryCodes";
import classes from "./SecondFactor.module.css";

interface Props {
  username: string;
  /** The current password, if the user has just typed it to log in. */
  knownPassword?: string | undefined;
  /** The label of the button after which the setup is done. */
  done: string;
  /** Called when the user has seen the recovery codes. */
  onDone: () => void;
  onCancel?: () => void;
}

// Only users who set one up need the library.
const QrCode = lazyComponent(async () => (await import("../ui/QrCode")).QrCode);

/** Sets up the user's second factor: the password, the app with a first code, the recovery codes. */
export function SecondFactorSetupForm({ username, knownPassword, done, onDone, onCancel }: Props) {
  const [setup, setSetup] = useState<SecondFactorSetup>();
  const [codes, setCodes] = useState<readonly string[]>();
  if (codes) return <RecoveryCodes username={username} codes={codes} done={done} onDone={onDone} />;
  if (setup) return <FirstCode setup={setup} onConfirmed={setCodes} onCancel={onCancel} />;
  return <Begin username={username} knownPassword={knownPassword} onBegun={setSetup} onCancel={onCancel} />;
}

interface BeginProps {
  username: string;
  knownPassword: string | undefined;
  onBegun: (setup: SecondFactorSetup) => void;
  onCancel: (() => void) | undefined;
}

function Begin({ username, knownPassword, onBegun, onCancel }: BeginProps) {
  const t = usePageMessages();
  const [password, setPassword] = useState(knownPassword ?? "");
  // The one that was typed to log in may have been changed since.
  const [isKnown, setKnown] = useState(knownPassword !== undefined);
  const begin = useMutation({
    mutationFn: async () => beginSecondFactor(password),
    onSuccess: onBegun,
    onError: () => {
      setKnown(false);
      setPassword("");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate();
  };
  const reason = begin.error && (t.secondFactor.refusals[begin.error.message] ?? errorText(begin.error, t));
  return (
    <form onSubmit={submit} className={classes.step}>
      <p>{t.secondFactor.beginText}</p>
      {reason && (
        <Alert color="red" variant="light" role="alert">
          {reason}
        </Alert>
      )}
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      {!isKnown && (
        <PasswordField
          label={t.profile.oldPassword}
          autoComplete="current-password"
          autoFocus
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
            if (begin.error) begin.reset();
          }}
        />
      )}
      <Actions submit={t.secondFactor.begin} isBusy={begin.isPending} onCancel={onCancel} />
    </form>
  );
}

interface FirstCodeProps {
  setup: SecondFactorSetup;
  onConfirmed: (codes: readonly string[]) => void;
  onCancel: (() => void) | undefined;
}

function FirstCode({ setup: { secret, uri }, onConfirmed, onCancel }: FirstCodeProps) {
  const t = usePageMessages();
  const [code, setCode] = useState("");
  const confirm = useMutation({ mutationFn: async () => confirmSecondFactor(code), onSuccess: onConfirmed });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  const reason = confirm.error && (t.secondFactor.refusals[confirm.error.message] ?? errorText(confirm.error, t));
  return (
    <form onSubmit={submit} className={classes.step}>
      <p>{t.secondFactor.scan}</p>
      <Suspense>
        <QrCode text={uri} label={t.secondFactor.qrCode} />
      </Suspense>
      <p>{t.secondFactor.orType}</p>
      <div className={classes.secret}>
        <code>{secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</code>
        <CopyButton text={secret} label={t.secondFactor.copySecret} />
      </div>
      <TextInput
        label={t.secondFactor.firstCode}
        autoComplete="one-time-code"
        inputMode="numeric"
        autoFocus
        required
        withAsterisk={false}
        error={reason}
        value={code}
        onChange={(event) => {
          setCode(event.currentTarget.value);
          if (confirm.error) confirm.reset();
        }}
      />
      <Actions submit={t.secondFactor.confirm} isBusy={confirm.isPending} onCancel={onCancel} />
    </form>
  );
}

interface ActionsProps {
  submit: string;
  isBusy: boolean;
  onCancel: (() => void) | undefined;
}

function Actions({ submit, isBusy, onCancel }: ActionsProps) {
  const t = usePageMessages();
  return (
    <div className={classes.actions}>
      <BusyButton type="submit" isBusy={isBusy}>
        {submit}
      </BusyButton>
      {onCancel && (
        <Button variant="default" onClick={onCancel}>
          {t.cancel}
        </Button>
      )}
    </div>
  );
}
