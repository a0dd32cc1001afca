import { TextInput, UnstyledButton } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useRef, useState } from "react";

import { usePageMessages } from "../i18n/page-messages";
import { labelTexts } from "../model/label-selector";
import { labelsText, parseLabels } from "../model/labels";
import classes from "./LabelsField.module.css";
import { FIELD } from "./use-refusal";

interface Props {
  label: string;
  description?: string;
  /** Labels as `site=graz line=2`. */
  value: string;
  error?: string | undefined;
  onChange: (value: string) => void;
}

/** Labels, each of which can be removed, and an input that adds more. */
export function LabelsField({ label, description, value, error, onChange }: Props) {
  const t = usePageMessages();
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const labels = parseLabels(value);
  const remove = (key: string) => {
    onChange(labelsText(Object.fromEntries(Object.entries(labels).filter(([each]) => each !== key))));
    input.current?.focus();
  };
  const add = (more: string) => {
    onChange(labelsText({ ...labels, ...parseLabels(more) }));
    setText("");
  };
  return (
    <div {...{ [FIELD]: "labels" }}>
      <TextInput
        ref={input}
        label={label}
        {...(description && { description })}
        placeholder="site=graz"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={text}
        error={error}
        onChange={({ currentTarget: { value: typed } }) => {
          // A space or a comma ends a label, also in what is pasted.
          if (/[\s,]/.test(typed)) add(typed);
          else setText(typed);
        }}
        onBlur={() => text && add(text)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !text) return;
          // With Ctrl it submits the form, and what has been typed is part of it.
          if (!event.ctrlKey && !event.metaKey) event.preventDefault();
          add(text);
        }}
      />
      {Object.keys(labels).length > 0 && (
        <ul className={classes.labels} aria-label={label}>
          {Object.keys(labels).map((key) => {
            const [shown = key] = labelTexts({ [key]: labels[key] ?? "" });
            return (
              <li key={key} className={classes.label}>
                <bdi>{shown}</bdi>
                <UnstyledButton
                  className={classes.remove}
                  aria-label={t.labels.remove(shown)}
                  onClick={() => remove(key)}
                >
                  <IconX size={14} aria-hidden />
                </UnstyledButton>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
