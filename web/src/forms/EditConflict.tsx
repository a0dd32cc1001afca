import { Alert, Button, Group } from "@mantine/core";
import { useEffect, useRef } from "react";

import type { Messages } from "../i18n/en";
import { useMessages } from "../i18n/language";
import type { Draft } from "./draft";
import { differingFields } from "./draft";
import classes from "./EditConflict.module.css";

export interface EditConflictProps {
  /** The version one began with. */
  initial: Draft;
  /** The version that is stored by now, once it is known. */
  latest: Draft | undefined;
  isBusy: boolean;
  /** Stores what was changed over the newer version. */
  onSaveMine: () => void;
  /** Throws away what was typed and begins again with the newer version. */
  onLoadLatest: () => void;
}

/** Says that somebody else has saved meanwhile, what they changed, and asks which of the two goes on. */
export function EditConflict({ initial, latest, isBusy, onSaveMine, onLoadLatest }: EditConflictProps) {
  const t = useMessages();
  const alert = useRef<HTMLDivElement>(null);
  // The button that was pressed may be a page below.
  useEffect(() => void alert.current?.scrollIntoView({ block: "center" }), []);
  const fields = latest && new Set(differingFields(initial, latest).map((field) => fieldLabel(field, t)));
  return (
    <Alert ref={alert} color="yellow" variant="light" mb="md" role="alert" title={t.form.outdated}>
      <p className={classes.text}>
        {t.form.outdatedText}{" "}
        {fields && (fields.size > 0 ? t.form.outdatedFields([...fields].join(", ")) : t.form.outdatedSecrets)}
      </p>
      <p className={classes.text}>{t.form.outdatedChoice}</p>
      <Group gap="xs" mt="xs">
        <Button size="xs" variant="default" disabled={!latest} loading={isBusy} onClick={onSaveMine}>
          {t.form.keepMine}
        </Button>
        <Button size="xs" variant="default" onClick={onLoadLatest}>
          {t.form.loadNewer}
        </Button>
      </Group>
    </Alert>
  );
}

/** What a field is called in the form. */
function fieldLabel(field: keyof Draft, { form }: Messages): string {
  return field === "noMetricsMode" ? form.metrics : form[field];
}
