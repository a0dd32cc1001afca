import { Alert, Button, Group } from "@mantine/core";
import { useEffect, useRef } from "react";

import type { Messages } from "../i18n/en";
import { useMessages } from "../i18n/language";
import type { Draft } from "./draft";
import { differingFields } from "./draft";
import classes from "./EditConflict.module.css";

export interface EditConflictProps {
  /** The version that the edit started from. */
  initial: Draft;
  /** The version that is stored now, once loaded. */
  latest: Draft | undefined;
  isBusy: boolean;
  /** Applies the user's changes to the latest version. */
  onSaveMine: () => void;
  /** Discards the user's changes and starts again from the latest version. */
  onLoadLatest: () => void;
}

/** Says that another user has saved in the meantime and what they changed, and asks how to continue. */
export function EditConflict({ initial, latest, isBusy, onSaveMine, onLoadLatest }: EditConflictProps) {
  const t = useMessages();
  const alert = useRef<HTMLDivElement>(null);
  // The save button may be a page below the alert.
  useEffect(() => void alert.current?.scrollIntoView({ block: "center" }), []);
  const fields = latest && new Set(differingFields(initial, latest).map((field) => fieldLabel(field, t)));
  return (
    <Alert ref={alert} color="yellow" variant="light" mb="md" role="alert" title={t.form.conflict}>
      <p className={classes.text}>
        {t.form.conflictText}{" "}
        {fields && (fields.size > 0 ? t.form.conflictFields([...fields].join(", ")) : t.form.conflictSecrets)}
      </p>
      <p className={classes.text}>{t.form.conflictChoice}</p>
      <Group gap="xs" mt="xs">
        <Button size="xs" variant="default" disabled={!latest} loading={isBusy} onClick={onSaveMine}>
          {t.form.saveMine}
        </Button>
        <Button size="xs" variant="default" onClick={onLoadLatest}>
          {t.form.loadLatest}
        </Button>
      </Group>
    </Alert>
  );
}

/** The label of a field in the form. */
function fieldLabel(field: keyof Draft, { form }: Messages): string {
  return field === "noMetricsMode" ? form.metrics : form[field];
}
