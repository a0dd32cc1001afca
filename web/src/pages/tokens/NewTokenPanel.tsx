import { Alert, SegmentedControl, Switch, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useMemo, useRef, useState } from "react";

import { useFleet } from "../../api/fleet";
import type { CreatedToken } from "../../api/schema";
import { createToken } from "../../api/tokens";
import { UnsavedChangesGuard } from "../../components/UnsavedChangesGuard";
import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { ConnectionPicker } from "../../forms/ConnectionPicker";
import { CoveredConnections } from "../../forms/CoveredConnections";
import { Fieldset } from "../../forms/Fieldset";
import { PickList } from "../../forms/PickList";
import { commonActions, RoleField } from "../../forms/RoleFields";
import { FIELD, useRefusal } from "../../forms/use-refusal";
import { useNow } from "../../hooks/use-now";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { sortByName } from "../../model/connection-sort";
import { errorText } from "../../model/error-text";
import { tokenActions } from "../../model/token-actions";
import type { TokenDraft } from "../../model/token-draft";
import { coveredBy, EMPTY_TOKEN, EXPIRY_DAYS, expiryOf, toNewToken } from "../../model/token-draft";
import { SidePanel } from "../../ui/SidePanel";
import { formatDateTime } from "../../util/format-time";
import classes from "./NewTokenPanel.module.css";
import type { TokenField } from "./token-field-error";
import { tokenFieldError } from "./token-field-error";

/** The parts of the draft that a field of the API is made of. */
const PARTS: Partial<Record<TokenField, readonly (keyof TokenDraft)[]>> = {
  validUntil: ["expiry", "lastDay"],
  actions: ["onlyActions", "actions"],
  connections: ["onlySome", "connections"],
};

interface Props {
  onCreated: (token: CreatedToken) => void;
  onClose: () => void;
}

/** Creates an application token, which acts for the user of this console. */
export function NewTokenPanel({ onCreated, onClose }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  const queries = useQueryClient();
  const notify = useOutcomeNotification();
  const fields = useRef<HTMLDivElement>(null);
  const [draft, setDraft] = useState(EMPTY_TOKEN);
  const [checkedDraft, setCheckedDraft] = useState(draft);
  const isDone = useRef(false);
  const set = (change: Partial<TokenDraft>) => setDraft((before) => ({ ...before, ...change }));
  const creation = useMutation({
    mutationFn: () => createToken(queries, toNewToken(draft, Date.now())),
    onMutate: () => setCheckedDraft(draft),
    onSuccess: (created) => {
      isDone.current = true;
      notify(t.tokens.created(created.name));
      onCreated(created);
    },
  });
  const { errorOf, unplaced } = useRefusal(
    fields,
    creation.error,
    tokenFieldError(creation.error, t, language),
    (field) => {
      if (!field) return draft !== checkedDraft;
      return (PARTS[field] ?? [field as keyof TokenDraft]).some((part) => draft[part] !== checkedDraft[part]);
    },
  );
  const isDirty = JSON.stringify(draft) !== JSON.stringify(EMPTY_TOKEN);
  const close = () => {
    isDone.current = true;
    onClose();
  };
  return (
    <SidePanel
      title={t.commands.newToken}
      form={{ action: t.tokens.create, isDirty, isBusy: creation.isPending, onSubmit: () => creation.mutate() }}
      onClose={close}
    >
      <UnsavedChangesGuard isDirty={() => isDirty && !isDone.current} />
      <div ref={fields} className={classes.fields}>
        {unplaced && (
          <Alert color="red" variant="light" role="alert">
            {t.tokens.refusals[unplaced.message] ?? errorText(unplaced, t)}
          </Alert>
        )}
        <TextInput
          wrapperProps={{ [FIELD]: "name" }}
          label={t.tokens.name}
          description={t.tokens.nameText}
          data-autofocus
          maxLength={30}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={draft.name}
          error={errorOf("name")}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <TextInput
          wrapperProps={{ [FIELD]: "description" }}
          label={t.tokens.description}
          placeholder={t.tokens.descriptionHint}
          maxLength={200}
          autoComplete="off"
          value={draft.description}
          error={errorOf("description")}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        <RoleField
          role={draft.role}
          error={errorOf("role")}
          text={t.tokens.mayText(commonActions(t))}
          onChange={(role) =>
            set({ role, actions: draft.actions.filter((action) => tokenActions(role).includes(action)) })
          }
        />
        <ExpiryField draft={draft} error={errorOf("validUntil")} onChange={set} />
        <Limits draft={draft} errorOf={errorOf} onChange={set} />
      </div>
    </SidePanel>
  );
}

interface ExpiryProps {
  draft: TokenDraft;
  error: string | undefined;
  onChange: (change: Partial<TokenDraft>) => void;
}

/** When the token expires: after some days, or on a date. */
function ExpiryField({ draft, error, onChange }: ExpiryProps) {
  const t = usePageMessages();
  const language = useLanguage();
  const now = useNow(60_000);
  const id = useId();
  const until = expiryOf(draft, now);
  const isDate = draft.expiry === "date";
  return (
    <div className={classes.expiry} {...(!isDate && { [FIELD]: "validUntil" })}>
      <span id={id} className={classes.label}>
        {t.tokens.expiry}
      </span>
      <SegmentedControl
        fullWidth
        aria-labelledby={id}
        value={String(draft.expiry)}
        onChange={(value) => onChange({ expiry: EXPIRY_DAYS.find((days) => String(days) === value) ?? "date" })}
        data={[
          ...EXPIRY_DAYS.map((days) => ({ value: String(days), label: t.tokens.expiryDays(days) })),
          { value: "date", label: t.tokens.expiryDate },
        ]}
      />
      {isDate && (
        <TextInput
          type="date"
          wrapperProps={{ [FIELD]: "validUntil" }}
          label={t.tokens.lastDay}
          value={draft.lastDay}
          error={error}
          onChange={(event) => onChange({ lastDay: event.currentTarget.value })}
        />
      )}
      {!isDate && error && (
        <p className={classes.error} role="alert">
          {error}
        </p>
      )}
      {until !== undefined && <p className={classes.text}>{t.tokens.expiresOn(formatDateTime(until, language))}</p>}
    </div>
  );
}

interface LimitsProps {
  draft: TokenDraft;
  errorOf: (field: TokenField) => string | undefined;
  onChange: (change: Partial<TokenDraft>) => void;
}

/** What limits the token in addition to its role. */
function Limits({ draft, errorOf, onChange }: LimitsProps) {
  const t = usePageMessages();
  const { byId } = useFleet();
  const all = sortByName(byId);
  const { onlySome, connections, labels } = draft;
  const covered = useMemo(
    () => coveredBy({ ...(onlySome && { connections }), labels: labels.trim() }, all),
    [onlySome, connections, labels, all],
  );
  const isLimited = onlySome || labels.trim() !== "";
  const coverage = t.tokens.covers(t.scope.covered(covered.length, all.length));
  return (
    <Fieldset title={t.tokens.limitsTitle}>
      <Switch
        wrapperProps={{ [FIELD]: "readOnly" }}
        label={t.tokens.readOnly}
        description={t.tokens.readOnlyText}
        error={errorOf("readOnly")}
        checked={draft.readOnly}
        onChange={(event) => onChange({ readOnly: event.currentTarget.checked })}
      />
      <Switch
        label={t.tokens.onlyActions}
        description={t.tokens.onlyActionsText}
        checked={draft.onlyActions}
        onChange={(event) => onChange({ onlyActions: event.currentTarget.checked })}
      />
      {draft.onlyActions && (
        <PickList
          field="actions"
          title={t.tokens.actionsTitle}
          find={t.tokens.findAction}
          items={tokenActions(draft.role).map((id) => ({ id, name: t.users.may[id] }))}
          chosen={draft.actions}
          error={errorOf("actions")}
          onChange={(chosen) =>
            onChange({ actions: tokenActions(draft.role).filter((action) => chosen.includes(action)) })
          }
        />
      )}
      <Switch
        label={t.tokens.onlySome}
        description={t.tokens.onlySomeText}
        checked={onlySome}
        onChange={(event) => onChange({ onlySome: event.currentTarget.checked })}
      />
      {onlySome && (
        <ConnectionPicker
          connections={all}
          chosen={connections}
          error={errorOf("connections")}
          onChange={(chosen) => onChange({ connections: chosen })}
        />
      )}
      <TextInput
        wrapperProps={{ [FIELD]: "labels" }}
        label={t.tokens.onlyLabels}
        description={t.tokens.onlyLabelsText}
        placeholder={t.scope.labelsHint}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={labels}
        error={errorOf("labels")}
        onChange={(event) => onChange({ labels: event.currentTarget.value })}
      />
      <CoveredConnections
        text={isLimited ? `${coverage} ${t.tokens.onlyConnections}` : coverage}
        connections={covered}
        namesThem={isLimited}
      />
      <Textarea
        wrapperProps={{ [FIELD]: "networks" }}
        label={t.tokens.networks}
        description={t.tokens.networksText}
        autosize
        minRows={1}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={draft.networks}
        error={errorOf("networks")}
        onChange={(event) => onChange({ networks: event.currentTarget.value })}
      />
    </Fieldset>
  );
}
