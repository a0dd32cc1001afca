import { TextInput, UnstyledButton } from "@mantine/core";
import { useRef, useState } from "react";

import { useFocusHandover } from "../hooks/use-focus-handover";
import { usePageMessages } from "../i18n/page-messages";
import { suggestUrl, urlFault } from "../util/broker-url";
import classes from "./UrlField.module.css";
import { FIELD } from "./use-refusal";

interface Props {
  value: string;
  autoFocus: boolean;
  /** The server's error. */
  error: string | undefined;
  /** Whether the form was submitted: then an empty field has an error, too. */
  wasSubmitted: boolean;
  onChange: (url: string) => void;
}

/** The broker's URL. A host without a scheme is completed on request. */
export function UrlField({ value, autoFocus, error, wasSubmitted, onChange }: Props) {
  const t = usePageMessages();
  const field = useRef<HTMLInputElement>(null);
  const suggestionButton = useFocusHandover(field);
  const [wasLeft, setLeft] = useState(false);
  const fault = urlFault(value);
  const isTypedFar = value.includes("://") && fault !== "host";
  const isShown = wasSubmitted || (value !== "" && (wasLeft || isTypedFar));
  const suggestion = isShown && fault === "scheme" ? suggestUrl(value) : undefined;
  return (
    <div {...{ [FIELD]: "url" }}>
      <TextInput
        ref={field}
        label={t.form.url}
        description={t.form.urlText}
        placeholder={t.form.urlPlaceholder}
        required
        autoFocus={autoFocus}
        inputMode="url"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={value}
        error={error ?? (fault && isShown ? t.form.urlFaults[fault] : undefined)}
        onChange={(event) => onChange(event.currentTarget.value)}
        onBlur={({ relatedTarget }) => {
          // A message that appears under the pointer would move the button that is being pressed.
          if (!(relatedTarget instanceof HTMLButtonElement)) setLeft(true);
          if (value !== value.trim()) onChange(value.trim());
        }}
      />
      {suggestion && (
        <p className={classes.suggestion}>
          {t.form.didYouMean}{" "}
          <UnstyledButton ref={suggestionButton} className={classes.button} onClick={() => onChange(suggestion)}>
            {suggestion}
          </UnstyledButton>
        </p>
      )}
    </div>
  );
}
