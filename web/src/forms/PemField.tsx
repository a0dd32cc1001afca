import { Button, FileButton, Input, Textarea } from "@mantine/core";
import { IconFile, IconKey, IconX } from "@tabler/icons-react";
import type { DragEvent } from "react";
import { useId, useState } from "react";

import { useLanguage, useWords } from "../i18n/language";
import { Copy } from "../ui/Copy";
import { bytes } from "../util/bytes";
import type { PemInput } from "../util/pem";
import { encode, labels, remedy } from "../util/pem";
import classes from "./PemField.module.css";

/** The largest file the server takes, in bytes. */
const LARGEST = 256 * 1024;

/** What certificates and keys come in. The server says of each whether it reads it, and if not, what converts it. */
const FILES = ".pem,.crt,.cer,.der,.key,.p12,.pfx,.p7b";

interface Props {
  label: string;
  description: string;
  /** Undefined: one is stored already. */
  value: PemInput | undefined;
  /** What the server said about it. */
  error?: string | undefined;
  /** What follows from what is in it. */
  note?: string | undefined;
  onChange: (given: PemInput) => void;
}

/** A certificate or a key: dropped, chosen or pasted. */
export function PemField({ label, description, value, error, note, onChange }: Props) {
  const words = useWords();
  const language = useLanguage();
  const id = useId();
  const [isOver, setOver] = useState(false);
  const [fault, setFault] = useState<string>();
  const [name, setName] = useState<string>();

  const take = async (file: File | null | undefined) => {
    if (!file) return;
    if (file.size > LARGEST) {
      setFault(words.form.pemTooLarge(file.name, bytes(file.size, language), bytes(LARGEST, language)));
      return;
    }
    setFault(undefined);
    setName(file.name);
    onChange(encode(new Uint8Array(await file.arrayBuffer())));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  const put = (text: string) => {
    setFault(undefined);
    setName(undefined);
    onChange(text);
  };
  // Text without any block in it may be half of one: it stays where it can be edited.
  const isText = typeof value === "string" && labels(value).length === 0;

  return (
    <Input.Wrapper
      label={label}
      description={description}
      error={fault ?? (error && <Reason text={error} />)}
      id={id}
      labelElement="label"
      errorProps={{ component: "div", className: classes.error }}
    >
      <div
        className={classes.field}
        data-over={isOver || undefined}
        data-error={(fault ?? error) ? true : undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {isText ? (
          <Textarea
            id={id}
            className={classes.text}
            placeholder={words.form.dropHere}
            autosize
            minRows={2}
            maxRows={5}
            spellCheck={false}
            autoComplete="off"
            value={value}
            onChange={(event) => put(event.currentTarget.value)}
          />
        ) : (
          <p className={classes.held}>
            <IconFile size={16} aria-hidden />
            <span>{value === undefined ? words.form.stored : <Held given={value} name={name} />}</span>
          </p>
        )}
        <div className={classes.buttons}>
          <FileButton onChange={(file) => void take(file)} accept={FILES}>
            {(props) => (
              <Button {...props} variant="default" size="xs" aria-label={`${words.form.chooseFile}: ${label}`}>
                {words.form.chooseFile}
              </Button>
            )}
          </FileButton>
          {value !== "" && (
            <Button
              variant="subtle"
              size="xs"
              color="gray"
              leftSection={<IconX size={14} />}
              aria-label={`${words.form.removeFile}: ${label}`}
              onClick={() => put("")}
            >
              {words.form.removeFile}
            </Button>
          )}
        </div>
      </div>
      {note && (
        <p className={classes.note} role="status">
          <IconKey size={14} aria-hidden />
          {note}
        </p>
      )}
    </Input.Wrapper>
  );
}

/** What was given, by the name of its file and by what is in it. */
function Held({ given, name }: { given: PemInput; name: string | undefined }) {
  const words = useWords();
  const inside = labels(given).join(", ").toLowerCase();
  const kind = inside || (typeof given === "string" ? words.form.text : words.form.binary);
  return (
    <>
      {name && <strong className={classes.name}>{name}</strong>}
      <span>{kind}</span>
    </>
  );
}

/** Why the server does not take it, in its own words; a command in them is there to be copied. */
function Reason({ text }: { text: string }) {
  const words = useWords();
  const { reason, command } = remedy(text);
  return (
    <>
      <span lang="en">{reason}</span>
      {command && (
        <span className={classes.command}>
          <code>{command}</code>
          <Copy text={command} label={words.form.copyCommand} />
        </span>
      )}
    </>
  );
}
