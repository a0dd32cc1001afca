import { Alert, Button, Group, PasswordInput, Switch, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconStethoscope } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { ApiError } from "../api/client";
import type { TestTarget } from "../api/connection-test";
import { UnsavedChangesGuard } from "../components/UnsavedChangesGuard";
import { useMessages } from "../i18n/language";
import { errorText } from "../model/error-text";
import { isTls, urlFault } from "../util/broker-url";
import classes from "./ConnectionForm.module.css";
import { Disclosure } from "./Disclosure";
import type { Draft } from "./draft";
import type { EditConflictProps } from "./EditConflict";
import { EditConflict } from "./EditConflict";
import { Fieldset } from "./Fieldset";
import { TestPanel } from "./TestPanel";
import { TLS_FIELDS, TlsFields } from "./TlsFields";
import { useConnectionTest } from "./use-connection-test";

interface Props {
  title: string;
  /** The initial values; a later change of this prop does not overwrite what the user has typed. */
  initial: Draft;
  isNew: boolean;
  /** What a test of the draft connects to. */
  toTestTarget: (draft: Draft) => TestTarget;
  /** Saves the draft and returns a function that leaves the form. */
  onSave: (draft: Draft) => Promise<() => void>;
  onCancel: () => void;
  /** What to do when another user has saved in the meantime. */
  conflict?: Pick<EditConflictProps, "initial" | "latest" | "onLoadLatest"> & {
    /** Applies the user's changes to the latest version. */
    onSaveMine: (draft: Draft) => Promise<() => void>;
  };
}

/** Fields that show their own error. */
const FIELDS_WITH_ERRORS = ["name", "id", "url", "username", "password", "clientId", ...TLS_FIELDS] as const;
/** Checked together: a key belongs to a certificate. */
const KEY_PAIR: readonly FieldWithError[] = ["cert", "key"];

type FieldWithError = (typeof FIELDS_WITH_ERRORS)[number];

/** Creates or changes a connection. It can be saved while its broker is unreachable. */
export function ConnectionForm({ title, initial, isNew, toTestTarget, onSave, onCancel, conflict }: Props) {
  const t = useMessages();
  const [draft, setDraft] = useState(initial);
  const [wasSubmitted, setSubmitted] = useState(false);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const fault = urlFault(draft.url);
  const test = useConnectionTest(() => toTestTarget(draft));
  // The draft that the server checked last.
  const [checkedDraft, setCheckedDraft] = useState(initial);
  const isSaved = useRef(false);
  const saving = useMutation({
    mutationFn: (keep: boolean) => (keep && conflict ? conflict.onSaveMine : onSave)(draft),
    onMutate: () => {
      setCheckedDraft(draft);
      test.forget();
    },
    onSuccess: (leave) => {
      isSaved.current = true;
      leave();
    },
  });
  // The server names the field: `url: port 70000 is out of range`.
  const refusal = saving.error ?? test.error;
  const fieldError = refusal instanceof ApiError ? /^([a-zA-Z.]+): (.*)$/s.exec(refusal.message) : null;
  const concerns = (field: FieldWithError) => fieldError?.[1]?.split(".").includes(field) ?? false;
  const isEdited = (field: FieldWithError) =>
    (KEY_PAIR.includes(field) ? KEY_PAIR : [field]).some((name) => draft[name] !== checkedDraft[name]);
  // An error no longer applies once its field has been edited.
  const errorOf = (field: FieldWithError) => (concerns(field) && !isEdited(field) ? fieldError?.[2] : undefined);
  const isShownAtField = FIELDS_WITH_ERRORS.some((field) => concerns(field) && (isNew || field !== "id"));

  const isConflict = conflict && saving.error instanceof ApiError && saving.error.isEditConflict;

  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault();
    setSubmitted(true);
    if (!fault && draft.name.trim()) saving.mutate(false);
  };

  useHotkeys([["mod+Enter", submit]], []);

  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <UnsavedChangesGuard isDirty={() => !isSaved.current && JSON.stringify(draft) !== JSON.stringify(initial)} />
      <h1>{title}</h1>
      {isConflict && (
        <EditConflict
          {...conflict}
          isBusy={saving.isPending}
          onSaveMine={() => saving.mutate(true)}
          onLoadLatest={() => {
            isSaved.current = true;
            conflict.onLoadLatest();
          }}
        />
      )}
      {refusal && !isShownAtField && !isConflict && (
        <Alert color="red" variant="light" mb="md" role="alert" title={t.errors.title}>
          {errorText(refusal, t)}
        </Alert>
      )}
      <Fieldset>
        <TextInput
          label={t.form.name}
          required
          autoFocus={isNew}
          maxLength={128}
          value={draft.name}
          error={errorOf("name") ?? (wasSubmitted && !draft.name.trim() ? t.form.nameRequired : undefined)}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <TextInput
          label={t.form.url}
          description={t.form.urlText}
          placeholder="mqtts://broker.example:8883"
          required
          inputMode="url"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={draft.url}
          error={
            errorOf("url") ??
            (fault && (wasSubmitted || draft.url.includes("://")) && fault !== "host"
              ? t.form.urlFaults[fault]
              : wasSubmitted && fault
                ? t.form.urlFaults[fault]
                : undefined)
          }
          onChange={(event) => set({ url: event.currentTarget.value })}
          onBlur={() => set({ url: draft.url.trim() })}
        />
      </Fieldset>
      <Fieldset title={t.form.credentials}>
        <div className={classes.pair}>
          <TextInput
            label={t.form.username}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={draft.username}
            error={errorOf("username")}
            onChange={(event) => set({ username: event.currentTarget.value })}
          />
          <PasswordInput
            label={t.form.password}
            autoComplete="new-password"
            placeholder={draft.password === undefined ? t.form.unchanged : ""}
            value={draft.password ?? ""}
            error={errorOf("password")}
            onChange={(event) => set({ password: event.currentTarget.value })}
          />
        </div>
      </Fieldset>
      {(isTls(draft.url) || TLS_FIELDS.some((field) => errorOf(field))) && (
        <TlsFields draft={draft} onChange={set} errorOf={errorOf} />
      )}
      <Disclosure
        title={t.form.advanced}
        startsOpen={draft.clientId !== "" || draft.noMetricsMode === true}
        hasError={Boolean(errorOf("id") ?? errorOf("clientId"))}
      >
        {isNew && (
          <TextInput
            label={t.form.id}
            description={t.form.idText}
            maxLength={128}
            value={draft.id}
            error={errorOf("id")}
            onChange={(event) => set({ id: event.currentTarget.value })}
          />
        )}
        <TextInput
          label={t.form.clientId}
          description={t.form.clientIdText}
          value={draft.clientId}
          error={errorOf("clientId")}
          onChange={(event) => set({ clientId: event.currentTarget.value })}
        />
        <Switch
          label={t.form.metrics}
          description={t.form.metricsText}
          checked={draft.noMetricsMode !== true}
          onChange={(event) => set({ noMetricsMode: noMetricsModeOf(event.currentTarget.checked, initial) })}
        />
      </Disclosure>
      {test.latest && <TestPanel test={test.latest} onTrust={(ca) => set({ ca })} />}
      <Group className={classes.buttons} wrap="nowrap" gap="xs">
        <Button
          variant="default"
          leftSection={<IconStethoscope size={16} />}
          disabled={fault !== undefined}
          loading={test.isRunning}
          onClick={() => {
            setCheckedDraft(draft);
            saving.reset();
            test.run();
          }}
        >
          {t.form.test}
        </Button>
        <span className={classes.gap} />
        <Button variant="subtle" color="gray" onClick={onCancel}>
          {t.cancel}
        </Button>
        <Button type="submit" loading={saving.isPending}>
          {t.save}
        </Button>
      </Group>
    </form>
  );
}

/**
 * The value of `noMetricsMode` for a position of the switch. Switching back restores the stored value, so that
 * nothing counts as changed.
 */
function noMetricsModeOf(isAsked: boolean, { noMetricsMode }: Draft): boolean | undefined {
  if (!isAsked) return true;
  return noMetricsMode === true ? false : noMetricsMode;
}
