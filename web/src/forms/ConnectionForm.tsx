import { Alert, Button, Group, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconStethoscope } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";

import { ApiError } from "../api/client";
import type { TestTarget } from "../api/connection-test";
import type { EditConflict as Conflict } from "../api/connections";
import type { Certificate, Connection } from "../api/schema";
import { UnsavedChangesGuard } from "../components/UnsavedChangesGuard";
import { useFrozen } from "../hooks/use-frozen";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { errorText } from "../model/error-text";
import { BusyButton } from "../ui/BusyButton";
import { PasswordField } from "../ui/PasswordField";
import { hostOf, isTls, urlFault } from "../util/broker-url";
import { AdvancedFields } from "./AdvancedFields";
import { caFault } from "./ca-fault";
import classes from "./ConnectionForm.module.css";
import type { Draft } from "./draft";
import { isDirty, isSameTarget, withoutStored } from "./draft";
import { EditConflict } from "./EditConflict";
import { fieldError, isEdited } from "./field-error";
import { Fieldset } from "./Fieldset";
import { LabelsField } from "./LabelsField";
import { foreignChanges } from "./merge";
import { TestPanel } from "./TestPanel";
import type { StoredPem } from "./TlsFields";
import { TLS_FIELDS, TlsFields } from "./TlsFields";
import { UrlField } from "./UrlField";
import { useConnectionTest } from "./use-connection-test";
import { FIELD, focusField, useRefusal } from "./use-refusal";

interface Props {
  /** Where the page has no heading of its own. */
  title?: string;
  /** A note on what is filled in. */
  note?: string | undefined;
  /** The initial values; a later change of this prop does not overwrite what the user has typed. */
  initial: Draft;
  isNew: boolean;
  /** The stored certificates, as far as the server shows them, and whether there is a password. */
  stored?: StoredPem & Pick<Connection, "hasPassword">;
  /** What a test of the draft connects to. */
  toTestTarget: (draft: Draft) => TestTarget;
  /** Saves the draft and returns a function that leaves the form. */
  onSave: (draft: Draft) => Promise<() => void>;
  onCancel: () => void;
  /** Whether the stored connection was deleted in the meantime; `onSave` then creates it again. */
  isDeleted?: boolean;
  /** Whether the server can read what is stored. */
  isReadable?: boolean;
  /** Set once another user has saved in the meantime. */
  conflict?: Conflict & {
    /** The version that the edit started from. */
    readonly base: Connection;
    /** The draft is based on the latest version now. */
    readonly onMerged: () => void;
    /** Starts again from the latest version. */
    readonly onDiscard: () => void;
  };
}

const NOTHING_STORED = {};

/** Creates or changes a connection. It can be saved while its broker is unreachable. */
export function ConnectionForm({
  title,
  note,
  initial,
  isNew,
  stored = NOTHING_STORED,
  toTestTarget,
  onSave,
  onCancel,
  conflict,
  isDeleted = false,
  isReadable = true,
}: Props) {
  const t = usePageMessages();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(initial);
  // The fields that a test or saving has required.
  const [required, setRequired] = useState<readonly (keyof Draft)[]>([]);
  const set = (change: Partial<Draft>) => {
    if (!saving.isPending) setDraft((before) => ({ ...before, ...change }));
  };
  const test = useConnectionTest();
  // The draft that the server checked last, and the one that was tested last.
  const [checkedDraft, setCheckedDraft] = useState(initial);
  const [testedDraft, setTestedDraft] = useState(initial);
  const [trustedCa, setTrustedCa] = useState<Certificate>();
  const isSaved = useRef(false);
  const saving = useMutation({
    mutationFn: () => onSave(draft),
    onMutate: () => {
      setCheckedDraft(draft);
      test.forget();
    },
    onSuccess: (leave) => {
      isSaved.current = true;
      leave();
    },
  });
  const fields = useRef<HTMLDivElement>(null);
  useFrozen(fields, saving.isPending);
  const refusal = saving.error ?? test.error;
  const language = useLanguage();
  const { errorOf, unplaced } = useRefusal(form, refusal, fieldError(refusal, language), (field) =>
    field ? isEdited(field, draft, checkedDraft) : draft !== checkedDraft,
  );
  const [showsTls, setShowsTls] = useState(false);
  // Stays once it had an error: the user may be typing there.
  if (!showsTls && TLS_FIELDS.some((field) => errorOf(field))) setShowsTls(true);

  // Stored secrets are gone with the connection.
  if (isDeleted && draft !== withoutStored(draft, stored)) setDraft(withoutStored(draft, stored));

  const isRefused = saving.error instanceof ApiError && saving.error.isEditConflict;
  const [isMerged, setMerged] = useState(false);

  const wrongCa = useMemo(() => caFault(draft.ca, language), [draft.ca, language]);
  /** Whether the fields are filled in, and with what the server takes; else moves the focus to the first that is not. */
  const isComplete = (...needed: readonly ("url" | "name")[]) => {
    setRequired((before) => [...before, ...needed]);
    const wrong =
      needed.find((field) => (field === "url" ? urlFault(draft.url) : !draft.name.trim())) ?? (wrongCa && "ca");
    const field = form.current?.querySelector(`[${FIELD}="${wrong}"]`);
    focusField(field);
    // The server says what is wrong with a field that is not shown, and then it is.
    return !field;
  };
  const storedPassword = !isReadable ? "unreadable" : stored.hasPassword ? "unchanged" : "none";
  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault();
    if (!saving.isPending && isComplete("url", "name")) saving.mutate();
  };
  const runTest = (tested: Draft) => {
    if (saving.isPending) return;
    setCheckedDraft(tested);
    setTestedDraft(tested);
    saving.reset();
    test.run(toTestTarget(tested));
  };
  const trust = (ca: Certificate) => {
    if (saving.isPending) return;
    const trusting = { ...draft, ca: ca.pem };
    setDraft(trusting);
    setTrustedCa(ca);
    runTest(trusting);
  };

  const submitByKey = (event: KeyboardEvent) => {
    // While the session is renewed in front of the form, keys belong to the login.
    if (!form.current?.closest("[inert]")) submit(event);
  };
  useHotkeys([["mod+Enter", submitByKey]], []);

  return (
    <form ref={form} className={classes.form} onSubmit={submit} noValidate>
      <UnsavedChangesGuard isDirty={() => !isSaved.current && isDirty(draft, initial)} />
      <div className={classes.head}>
        {title && <h1>{title}</h1>}
        {note && <p className={classes.note}>{note}</p>}
        {isDeleted && (
          <Alert color="yellow" variant="light" mb="md" role="alert" title={t.form.deletedTitle}>
            {t.form.deletedText}
          </Alert>
        )}
        {conflict && !isDeleted && (
          <EditConflict
            // Chosen once per version.
            key={conflict.latest.tag}
            draft={draft}
            changes={foreignChanges(draft, conflict.base, conflict.latest.connection, conflict.lastChange?.fields)}
            lastChange={conflict.lastChange}
            latest={conflict.latest.connection}
            isRefused={isRefused}
            isSaving={saving.isPending}
            onMerge={(merged) => {
              setDraft(merged);
              setMerged(true);
              saving.reset();
              conflict.onMerged();
            }}
            onDiscard={() => {
              isSaved.current = true;
              conflict.onDiscard();
            }}
          />
        )}
        {isMerged && !conflict && <Merged />}
        {/* Without a session the login is in front of the form. */}
        {unplaced && !(isRefused && conflict) && !(unplaced instanceof ApiError && unplaced.isUnauthorized) && (
          <FormError error={unplaced} />
        )}
      </div>
      <div ref={fields} className={classes.fields} aria-busy={saving.isPending || undefined}>
        <Fieldset>
          <UrlField
            value={draft.url}
            autoFocus={isNew}
            error={errorOf("url")}
            wasSubmitted={required.includes("url")}
            onChange={(url) => set({ url, ...(isNew && draft.name === hostOf(draft.url) && { name: hostOf(url) }) })}
          />
          <TextInput
            wrapperProps={{ [FIELD]: "name" }}
            label={t.form.name}
            required
            maxLength={128}
            value={draft.name}
            error={
              errorOf("name") ?? (required.includes("name") && !draft.name.trim() ? t.form.nameRequired : undefined)
            }
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
        </Fieldset>
        <Fieldset title={t.form.credentials}>
          <div className={classes.pair}>
            <TextInput
              wrapperProps={{ [FIELD]: "username" }}
              label={t.form.username}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={draft.username}
              error={errorOf("username")}
              onChange={(event) => set({ username: event.currentTarget.value })}
            />
            <PasswordField
              wrapperProps={{ [FIELD]: "password" }}
              label={t.form.password}
              autoComplete="new-password"
              placeholder={draft.password === undefined ? t.form.storedPassword[storedPassword] : ""}
              value={draft.password ?? ""}
              error={errorOf("password")}
              onChange={(event) => set({ password: event.currentTarget.value })}
            />
          </div>
        </Fieldset>
        {(isTls(draft.url) || showsTls) && (
          <TlsFields draft={draft} stored={stored} caFault={wrongCa} onChange={set} errorOf={errorOf} />
        )}
        <Fieldset title={t.fleet.labels}>
          <LabelsField
            label={t.labels.add}
            description={t.labels.addText}
            value={draft.labels}
            error={errorOf("labels")}
            onChange={(labels) => set({ labels })}
          />
        </Fieldset>
        <AdvancedFields draft={draft} initial={initial} isNew={isNew} onChange={set} errorOf={errorOf} />
      </div>
      <div className={classes.test}>
        <TestPanel
          test={test.latest}
          isOutdated={test.latest !== undefined && !isSameTarget(draft, testedDraft)}
          trustedCa={trustedCa && draft.ca === trustedCa.pem ? trustedCa.subject : undefined}
          replacesCa={draft.ca !== ""}
          onTrust={trust}
        />
      </div>
      <Group className={classes.buttons} wrap="nowrap" gap="xs">
        <BusyButton
          variant="default"
          leftSection={<IconStethoscope size={16} />}
          isBusy={test.isRunning}
          onClick={() => {
            if (isComplete("url")) runTest(draft);
          }}
        >
          {t.form.test}
        </BusyButton>
        <span className={classes.gap} />
        <Button variant="subtle" color="gray" onClick={onCancel}>
          {t.cancel}
        </Button>
        <BusyButton type="submit" isBusy={saving.isPending}>
          {isDeleted ? t.form.createAgain : t.save}
        </BusyButton>
      </Group>
    </form>
  );
}

/** Says that values of others are in the form now; it replaces the choice that had the focus. */
function Merged() {
  const t = usePageMessages();
  const note = useRef<HTMLParagraphElement>(null);
  useEffect(() => note.current?.focus(), []);
  return (
    <p ref={note} className={classes.merged} role="status" tabIndex={-1}>
      {t.merge.merged}
    </p>
  );
}

/** An error that names no field of the form. It is above the fields, which may be a page away from the buttons. */
function FormError({ error }: { error: Error }) {
  const t = usePageMessages();
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => {
    alert.current?.scrollIntoView({ block: "center" });
    alert.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Alert ref={alert} tabIndex={-1} color="red" variant="light" mb="md" role="alert" title={t.failed.save}>
      {errorText(error, t)}
    </Alert>
  );
}
