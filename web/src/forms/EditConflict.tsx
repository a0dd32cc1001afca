import { Alert, Group } from "@mantine/core";
import { useEffect, useId, useRef, useState } from "react";

import type { LastChange } from "../api/schema";
import type { Messages } from "../i18n/en";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import type { PemInput } from "../model/pem";
import { BusyButton } from "../ui/BusyButton";
import { formatAgo } from "../util/format-time";
import type { Draft } from "./draft";
import classes from "./EditConflict.module.css";
import type { ForeignChange } from "./merge";
import { merge } from "./merge";
import { PemSummary } from "./PemField";
import type { StoredPem } from "./TlsFields";

type Field = keyof Draft;

interface Props {
  draft: Draft;
  /** The fields that others have changed. */
  changes: readonly ForeignChange[];
  /** The last change; an earlier one may be by another user. */
  lastChange: LastChange | undefined;
  /** The certificates that are stored now. */
  latest: StoredPem;
  /** Whether saving has failed because of it: then it gets the focus. */
  isRefused: boolean;
  /** Whether the draft is being saved; until that has ended, nothing can be chosen. */
  isSaving: boolean;
  onMerge: (merged: Draft) => void;
  /** Discards the user's changes and starts again from the latest version. */
  onDiscard: () => void;
}

/** Says who has changed the connection in the meantime, and asks for each field whose value to take. */
export function EditConflict({ draft, changes, lastChange, latest, isRefused, isSaving, onMerge, onDiscard }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  // Not updated: an alert that changes is read out again.
  const [now] = useState(Date.now);
  const alert = useRef<HTMLDivElement>(null);
  // The user's choices; a field without one keeps the change of the only user who made one, and a contested field keeps this user's.
  const [choices, setChoices] = useState<ReadonlyMap<Field, boolean>>(new Map());
  const isKept = ({ field, mine, isContested }: ForeignChange) =>
    mine !== undefined && (choices.get(field) ?? isContested);
  useEffect(() => {
    if (!isRefused) return;
    // The save button may be a page below the alert.
    alert.current?.scrollIntoView({ block: "center" });
    alert.current?.focus({ preventScroll: true });
  }, [isRefused]);
  return (
    <Alert
      ref={alert}
      tabIndex={-1}
      color="yellow"
      variant="light"
      mb="md"
      role="alert"
      title={
        lastChange
          ? t.merge.changedBy(lastChange.by, formatAgo(Date.parse(lastChange.at), now, language))
          : t.errors.editConflict
      }
    >
      <p className={classes.text}>
        {isRefused && t.errors.nothingSaved} {changes.length > 0 ? t.merge.choose : t.merge.nothingVisible}
      </p>
      {changes.map((change) => (
        <Choice
          key={change.field}
          change={change}
          latest={latest}
          isKept={isKept(change)}
          onKeep={(keep) => setChoices((before) => new Map(before).set(change.field, keep))}
        />
      ))}
      <Group gap="xs" mt="sm">
        <BusyButton
          isBusy={isSaving}
          size="xs"
          variant="default"
          onClick={() => onMerge(merge(draft, changes, new Set(changes.filter(isKept).map(({ field }) => field))))}
        >
          {t.merge.take}
        </BusyButton>
        <BusyButton isBusy={isSaving} size="xs" variant="subtle" color="gray" onClick={onDiscard}>
          {t.form.loadLatest}
        </BusyButton>
      </Group>
    </Alert>
  );
}

interface ChoiceProps {
  change: ForeignChange;
  latest: StoredPem;
  isKept: boolean;
  onKeep: (keep: boolean) => void;
}

/** One field: the other user's value or the form's own. */
function Choice({ change, latest, isKept, onKeep }: ChoiceProps) {
  const t = usePageMessages();
  const name = useId();
  const { field, theirs, mine } = change;
  const stored = field === "ca" || field === "cert" ? latest[field] : undefined;
  const option = (keep: boolean, who: string, value: Draft[Field]) => (
    <label className={classes.option}>
      <input type="radio" name={name} checked={isKept === keep} onChange={() => onKeep(keep)} />
      <span className={classes.who}>{who}</span>
      <Value field={field} value={value} />
    </label>
  );
  return (
    <fieldset className={classes.field}>
      <legend>{fieldLabel(field, t)}</legend>
      {option(false, t.merge.theirs, theirs ?? stored)}
      {mine !== undefined && option(true, t.merge.mine, mine)}
    </fieldset>
  );
}

/** A value as text; secrets are not shown. */
function Value({ field, value }: { field: Field; value: Draft[Field] }) {
  const t = usePageMessages();
  if (value === "" || value === undefined) {
    const isUnknown = value === undefined && (field === "password" || field === "key");
    return <span className={classes.none}>{isUnknown ? t.merge.secret : t.merge.none}</span>;
  }
  if (field === "password") return <span className={classes.none}>{t.merge.secret}</span>;
  if (field === "ca" || field === "cert" || field === "key") {
    return <PemSummary value={value as PemInput} name={undefined} />;
  }
  if (field === "noMetricsMode") return value === true ? t.connection.no : t.connection.yes;
  if (typeof value === "boolean") return value ? t.connection.yes : t.connection.no;
  return <bdi className={classes.value}>{String(value)}</bdi>;
}

/** The label of a field in the form. */
function fieldLabel(field: Field, { fleet, form }: Messages): string {
  if (field === "labels") return fleet.labels;
  return field === "noMetricsMode" ? form.metrics : form[field];
}
