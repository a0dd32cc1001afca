import { Button, FileButton, Input } from "@mantine/core";
import { IconFile, IconKey, IconX } from "@tabler/icons-react";
import { useId, useLayoutEffect, useMemo, useRef, useState } from "react";

import { LocalDate } from "../components/LocalTime";
import { useDropZone } from "../hooks/use-drop-zone";
import { useNow } from "../hooks/use-now";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import type { PemInput } from "../model/pem";
import { certificatesIn, encodePem, pemLabels, splitCommand } from "../model/pem";
import { CopyButton } from "../ui/CopyButton";
import { formatBytes } from "../util/format-bytes";
import classes from "./PemField.module.css";
import { FIELD } from "./use-refusal";

/** The largest file the server accepts, in bytes. */
const MAX_BYTES = 256 * 1024;

/**
 * Common endings of certificates and keys. The server checks the content, and names a command that converts
 * what it can't read.
 */
const ACCEPTED_FILES = ".pem,.crt,.cer,.der,.key,.p12,.pfx,.p7b";

interface Props {
  /** Its name, for errors. */
  field: string;
  label: string;
  description: string;
  /** Undefined: the stored value is kept. */
  value: PemInput | undefined;
  /** The stored value, as far as the server shows it. */
  stored?: PemInput | undefined;
  /** The server's error. */
  error?: string | undefined;
  /** A note on the content. */
  note?: string | undefined;
  onChange: (value: PemInput) => void;
}

/** A field for a certificate or a key: dropped, chosen or pasted. */
export function PemField({ field, label, description, value, stored = "", error, note, onChange }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  const id = useId();
  const [fault, setFault] = useState<string>();
  const [name, setName] = useState<string>();

  const resetFile = useRef<() => void>(null);

  const readFile = async (file: File | null | undefined) => {
    // The same file can be chosen again: after it was removed here, or corrected on disk.
    resetFile.current?.();
    if (!file) return;
    if (file.size > MAX_BYTES) {
      setFault(t.form.pemTooLarge(file.name, formatBytes(file.size, language), formatBytes(MAX_BYTES, language)));
      return;
    }
    setFault(undefined);
    setName(file.name);
    onChange(encodePem(new Uint8Array(await file.arrayBuffer())));
  };
  const dropZone = useDropZone(({ files }) => void readFile(files[0]));
  const text = useRef<HTMLTextAreaElement>(null);
  const chooseButton = useRef<HTMLButtonElement>(null);
  const isEdited = useRef(false);
  const replace = (content: string) => {
    isEdited.current = true;
    setFault(undefined);
    setName(undefined);
    onChange(content);
  };
  // Text without a complete PEM block may be half pasted, so it stays editable.
  const isText = typeof value === "string" && pemLabels(value).length === 0;
  // What had the focus is gone: the text that has become a summary, or the button that has removed it.
  useLayoutEffect(() => {
    if (isEdited.current && document.activeElement === document.body) (text.current ?? chooseButton.current)?.focus();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only when one takes the place of the other
  }, [isText]);

  return (
    <Input.Wrapper
      {...{ [FIELD]: field }}
      label={label}
      description={description}
      error={fault ?? (error && <Reason text={error} />)}
      id={id}
      labelElement="label"
      errorProps={{ component: "div", className: classes.error }}
    >
      <div className={classes.field} {...dropZone} data-error={(fault ?? error) ? true : undefined}>
        {isText ? (
          // Not a Textarea, which knows nothing of the description and the error around it.
          <Input
            component="textarea"
            multiline
            ref={text}
            className={classes.text}
            placeholder={t.form.dropHere}
            rows={Math.min(Math.max(value.split("\n").length, 2), 5)}
            error={Boolean(fault ?? error)}
            spellCheck={false}
            autoComplete="off"
            value={value}
            onChange={(event) => replace(event.currentTarget.value)}
          />
        ) : (
          <p className={classes.summary}>
            <IconFile size={16} aria-hidden />
            {value === undefined ? (
              <PemSummary value={stored} name={t.form.stored} />
            ) : (
              <PemSummary value={value} name={name} />
            )}
          </p>
        )}
        <div className={classes.buttons}>
          <FileButton resetRef={resetFile} onChange={(file) => void readFile(file)} accept={ACCEPTED_FILES}>
            {(props) => (
              <Button
                {...props}
                ref={chooseButton}
                variant="default"
                size="xs"
                aria-describedby={(fault ?? error) ? `${id}-error` : undefined}
                aria-label={`${t.form.chooseFile}: ${label}`}
              >
                {t.form.chooseFile}
              </Button>
            )}
          </FileButton>
          {value !== "" && (
            <Button
              variant="subtle"
              size="xs"
              color="gray"
              leftSection={<IconX size={14} />}
              aria-label={`${t.form.removeFile}: ${label}`}
              onClick={() => replace("")}
            >
              {t.form.removeFile}
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

/** `cl.pem · CN=haltere-client · until 27 Feb 2027`: where it comes from, and what it is. */
export function PemSummary({ value, name }: { value: PemInput; name: string | undefined }) {
  const t = usePageMessages();
  const now = useNow(60_000);
  const [first, ...others] = useMemo(() => certificatesIn(value), [value]);
  const labels = pemLabels(value).map((label) => label.toLowerCase());
  // Certificates are named by what they contain, everything else by its kind.
  const kinds = labels.filter((label) => !first || !label.includes("certificate"));
  const parts = [
    ...(first
      ? [
          first.name || t.certificates.nameless,
          <LocalDate key="end" time={first.notAfter} format={first.notAfter < now ? t.pem.expired : t.pem.until} />,
        ]
      : []),
    ...(others.length > 0 ? [t.pem.more(others.length)] : []),
    ...kinds,
  ];
  if (parts.length === 0 && value !== "") parts.push(typeof value === "string" ? t.form.text : t.form.binary);
  return (
    <span className={classes.parts}>
      {name && <strong>{name}</strong>}
      {parts.map((part, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- parts never move, and may be alike
        <bdi key={index}>{part}</bdi>
      ))}
    </span>
  );
}

/** What is wrong, with a button that copies the command in it. */
function Reason({ text }: { text: string }) {
  const t = usePageMessages();
  const { reason, command } = splitCommand(text);
  return (
    <>
      <span>{reason}</span>
      {command && (
        <span className={classes.command}>
          <code>{command}</code>
          <CopyButton text={command} label={t.form.copyCommand} />
        </span>
      )}
    </>
  );
}
