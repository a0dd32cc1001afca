import { Switch, TextInput } from "@mantine/core";

import { usePageMessages } from "../i18n/page-messages";
import { Disclosure } from "./Disclosure";
import type { Draft } from "./draft";
import { FIELD } from "./use-refusal";

interface Props {
  draft: Draft;
  initial: Draft;
  isNew: boolean;
  onChange: (change: Partial<Draft>) => void;
  /** The server's error for a field. */
  errorOf: (field: "id" | "clientId" | "noMetricsMode" | "roundtrip") => string | undefined;
}

/** Settings that most connections don't need. */
export function AdvancedFields({ draft, initial, isNew, onChange, errorOf }: Props) {
  const t = usePageMessages();
  return (
    <Disclosure
      title={t.form.advanced}
      startsOpen={draft.clientId !== "" || draft.noMetricsMode === true}
      hasError={[errorOf("id"), errorOf("clientId"), errorOf("noMetricsMode"), errorOf("roundtrip")].some(Boolean)}
    >
      {isNew && (
        <TextInput
          wrapperProps={{ [FIELD]: "id" }}
          label={t.form.id}
          description={t.form.idText}
          maxLength={128}
          value={draft.id}
          error={errorOf("id")}
          onChange={(event) => onChange({ id: event.currentTarget.value })}
        />
      )}
      <TextInput
        wrapperProps={{ [FIELD]: "clientId" }}
        label={t.form.clientId}
        description={t.form.clientIdText}
        value={draft.clientId}
        error={errorOf("clientId")}
        onChange={(event) => onChange({ clientId: event.currentTarget.value })}
      />
      <Switch
        wrapperProps={{ [FIELD]: "noMetricsMode" }}
        label={t.form.metrics}
        description={t.form.metricsText}
        error={errorOf("noMetricsMode")}
        checked={draft.noMetricsMode !== true}
        onChange={(event) => onChange({ noMetricsMode: noMetricsModeOf(event.currentTarget.checked, initial) })}
      />
      <TextInput
        wrapperProps={{ [FIELD]: "roundtrip" }}
        label={t.form.roundtrip}
        description={t.form.roundtripText}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={1024}
        value={draft.roundtrip}
        error={errorOf("roundtrip")}
        onChange={(event) => onChange({ roundtrip: event.currentTarget.value })}
      />
    </Disclosure>
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
