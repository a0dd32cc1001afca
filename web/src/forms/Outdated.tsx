import { Alert, Button, Group } from "@mantine/core";
import { useEffect, useRef } from "react";

import { useWords } from "../i18n/language";
import type { Words } from "../i18n/en";
import type { Draft } from "./draft";
import { differing } from "./draft";
import classes from "./Outdated.module.css";

export interface OutdatedProps {
  /** The version one began with. */
  initial: Draft;
  /** The version that is stored by now, once it is known. */
  newer: Draft | undefined;
  isBusy: boolean;
  /** Stores what was changed over the newer version. */
  onKeep: () => void;
  /** Throws away what was typed and begins again with the newer version. */
  onReload: () => void;
}

/** Says that somebody else has saved meanwhile, what they changed, and asks which of the two goes on. */
export function Outdated({ initial, newer, isBusy, onKeep, onReload }: OutdatedProps) {
  const words = useWords();
  const alert = useRef<HTMLDivElement>(null);
  // The button that was pressed may be a page below.
  useEffect(() => void alert.current?.scrollIntoView({ block: "center" }), []);
  const fields = newer && new Set(differing(initial, newer).map((field) => label(field, words)));
  return (
    <Alert ref={alert} color="yellow" variant="light" mb="md" role="alert" title={words.form.outdated}>
      <p className={classes.text}>
        {words.form.outdatedText}{" "}
        {fields && (fields.size > 0 ? words.form.outdatedFields([...fields].join(", ")) : words.form.outdatedSecrets)}
      </p>
      <p className={classes.text}>{words.form.outdatedChoice}</p>
      <Group gap="xs" mt="xs">
        <Button size="xs" variant="default" disabled={!newer} loading={isBusy} onClick={onKeep}>
          {words.form.keepMine}
        </Button>
        <Button size="xs" variant="default" onClick={onReload}>
          {words.form.loadNewer}
        </Button>
      </Group>
    </Alert>
  );
}

/** What a field is called in the form. */
function label(field: keyof Draft, { form }: Words): string {
  return field === "noMetricsMode" ? form.metrics : form[field];
}
