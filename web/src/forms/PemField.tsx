import { Button, FileButton, Input, Textarea } from "@mantine/core";
import { IconFile, IconX } from "@tabler/icons-react";
import type { DragEvent } from "react";
import { useId, useState } from "react";

import { useWords } from "../i18n/language";
import { fits, labels } from "../util/pem";
import classes from "./PemField.module.css";

/** Certificates are small; a larger file is the wrong one. */
const LARGEST = 256 * 1024;

interface Props {
  label: string;
  description: string;
  kind: "certificate" | "key";
  /** PEM text; undefined: one is stored already. */
  value: string | undefined;
  /** What the server said about it. */
  error?: string | undefined;
  onChange: (pem: string) => void;
}

/** A PEM file: dropped, chosen or pasted. */
export function PemField({ label, description, kind, value, error, onChange }: Props) {
  const words = useWords();
  const id = useId();
  const [isOver, setOver] = useState(false);
  const [fault, setFault] = useState<string>();
  const stored = value === undefined;

  const take = async (file: File | null | undefined) => {
    if (!file) return;
    const text = file.size <= LARGEST ? await file.text() : "";
    const good = fits(text, kind);
    setFault(good ? undefined : words.form.notPem[kind]);
    if (good) onChange(text);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  const paste = (text: string) => {
    setFault(text === "" || fits(text, kind) ? undefined : words.form.notPem[kind]);
    onChange(text);
  };

  return (
    <Input.Wrapper label={label} description={description} error={fault ?? error} id={id} labelElement="label">
      <div
        className={classes.field}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {stored || value ? (
          <p className={classes.held}>
            <IconFile size={16} aria-hidden />
            <span>{stored ? words.form.stored : labels(value).join(", ").toLowerCase() || words.form.text}</span>
          </p>
        ) : (
          <Textarea
            id={id}
            className={classes.text}
            placeholder={words.form.dropHere}
            autosize
            minRows={2}
            maxRows={5}
            spellCheck={false}
            autoComplete="off"
            value=""
            onChange={(event) => paste(event.currentTarget.value)}
          />
        )}
        <div className={classes.buttons}>
          <FileButton onChange={(file) => void take(file)} accept=".pem,.crt,.cer,.key,.txt,application/x-pem-file">
            {(props) => (
              <Button {...props} variant="default" size="xs" aria-label={`${words.form.chooseFile}: ${label}`}>
                {words.form.chooseFile}
              </Button>
            )}
          </FileButton>
          {(stored || value) && (
            <Button
              variant="subtle"
              size="xs"
              color="gray"
              leftSection={<IconX size={14} />}
              aria-label={`${words.form.removeFile}: ${label}`}
              onClick={() => paste("")}
            >
              {words.form.removeFile}
            </Button>
          )}
        </div>
      </div>
    </Input.Wrapper>
  );
}
