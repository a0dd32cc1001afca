import { Button, FileButton, Group, Textarea } from "@mantine/core";
import { IconFileImport, IconUpload } from "@tabler/icons-react";
import { useRef, useState } from "react";

import { MAX_IMPORT_BYTES } from "../../api/transfer";
import { useDropZone } from "../../hooks/use-drop-zone";
import { namedFaultText } from "../../i18n/faults";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { errorText } from "../../model/error-text";
import { formatBytes } from "../../util/format-bytes";
import { ErrorAlert } from "./ErrorAlert";
import classes from "./FilePicker.module.css";
import type { ImportInput } from "./import-state";
import { InputName } from "./InputName";

/** The longest text that stays editable: browsers take seconds to lay out a longer one. */
const MAX_EDITABLE_LENGTH = 256 * 1024;

interface Props {
  /** The previous input. */
  input: ImportInput | undefined;
  error: Error | undefined;
  onInput: (input: ImportInput) => void;
}

/** Takes a file to import: dropped, chosen or pasted. */
export function FilePicker({ input, error, onInput }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  const [text, setText] = useState(input?.text ?? "");
  const [tooLarge, setTooLarge] = useState<number>();
  const reset = useRef<() => void>(null);

  const submit = (chosen: ImportInput) => {
    const fits = chosen.file.size <= MAX_IMPORT_BYTES;
    setTooLarge(fits ? undefined : chosen.file.size);
    if (fits) onInput(chosen);
  };
  const readFile = async (file: File | null | undefined) => {
    reset.current?.();
    if (!file) return;
    // Read into memory: what is checked is what is imported, even if the file changes in between.
    const fits = file.size <= MAX_IMPORT_BYTES;
    submit({ file: fits ? new Blob([await file.arrayBuffer()]) : file, name: file.name });
  };
  const dropZone = useDropZone((data) => {
    const [file] = data.files;
    if (file) void readFile(file);
    else submit({ file: new Blob([data.getData("text")]) });
  });

  return (
    <>
      <p className={classes.text}>{t.transfer.importText}</p>
      {tooLarge !== undefined && (
        <ErrorAlert
          title={t.transfer.tooLarge}
          text={t.transfer.tooLargeText(formatBytes(tooLarge, language), formatBytes(MAX_IMPORT_BYTES, language))}
        />
      )}
      {error && tooLarge === undefined && (
        <ErrorAlert title={t.transfer.notRead} text={namedFaultText(error, language) ?? errorText(error, t)}>
          {input && input.text === undefined && (
            <Group mt="xs">
              <InputName input={input} />
              <Button size="xs" variant="default" onClick={() => onInput(input)}>
                {t.retry}
              </Button>
            </Group>
          )}
        </ErrorAlert>
      )}
      <div className={classes.zone} {...dropZone}>
        <IconFileImport size={36} stroke={1.3} aria-hidden />
        <p>{t.transfer.drop}</p>
        <FileButton resetRef={reset} onChange={(file) => void readFile(file)} accept=".json,application/json">
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconUpload size={16} />}>
              {t.form.chooseFile}
            </Button>
          )}
        </FileButton>
      </div>
      <Textarea
        className={classes.paste}
        label={t.transfer.paste}
        placeholder={'{ "connections": [ … ] }'}
        autosize
        minRows={2}
        maxRows={12}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onPaste={(event) => {
          const pasted = event.clipboardData.getData("text");
          if (pasted.length <= MAX_EDITABLE_LENGTH) return;
          event.preventDefault();
          submit({ file: new Blob([pasted]) });
        }}
      />
      {text.trim() && (
        <Button mt="sm" onClick={() => submit({ file: new Blob([text]), text })}>
          {t.transfer.check}
        </Button>
      )}
    </>
  );
}
