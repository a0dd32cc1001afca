import { Button, FileButton, Group, Textarea } from "@mantine/core";
import { IconFileImport, IconUpload } from "@tabler/icons-react";
import type { DragEvent } from "react";
import { useRef, useState } from "react";

import { LARGEST_IMPORT } from "../../api/transfer";
import { useLanguage, useWords } from "../../i18n/language";
import { bytes } from "../../util/bytes";
import { failureText } from "../../util/failure-text";
import classes from "./Chooser.module.css";
import { Failure } from "./Failure";
import { GivenName } from "./GivenName";
import type { Given } from "./import-state";

/** A longer text is not shown in the field it is pasted into: browsers take seconds to lay it out. */
const SHOWN = 256 * 1024;

interface Props {
  /** What was given before. */
  given: Given | undefined;
  failure: Error | undefined;
  onGiven: (given: Given) => void;
}

/** The three ways to give a file: dropped, chosen, pasted. */
export function Chooser({ given, failure, onGiven }: Props) {
  const words = useWords();
  const language = useLanguage();
  const [isOver, setOver] = useState(false);
  const [text, setText] = useState(given?.text ?? "");
  const [tooLarge, setTooLarge] = useState<number>();
  const reset = useRef<() => void>(null);

  const give = (given: Given) => {
    const fits = given.file.size <= LARGEST_IMPORT;
    setTooLarge(fits ? undefined : given.file.size);
    if (fits) onGiven(given);
  };
  const take = async (file: File | null | undefined) => {
    reset.current?.();
    if (!file) return;
    // Held in memory: what is looked at is what is imported, even if the file changes meanwhile.
    const fits = file.size <= LARGEST_IMPORT;
    give({ file: fits ? new Blob([await file.arrayBuffer()]) : file, name: file.name });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) void take(file);
    else give({ file: new Blob([event.dataTransfer.getData("text")]) });
  };

  return (
    <>
      <p className={classes.text}>{words.transfer.importText}</p>
      {tooLarge !== undefined && (
        <Failure
          title={words.transfer.tooLarge}
          text={words.transfer.tooLargeText(bytes(tooLarge, language), bytes(LARGEST_IMPORT, language))}
        />
      )}
      {failure && tooLarge === undefined && (
        <Failure title={words.transfer.notRead} text={failureText(failure, words)}>
          {given && given.text === undefined && (
            <Group mt="xs">
              <GivenName given={given} />
              <Button size="xs" variant="default" onClick={() => onGiven(given)}>
                {words.retry}
              </Button>
            </Group>
          )}
        </Failure>
      )}
      <div
        className={classes.zone}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileImport size={36} stroke={1.3} aria-hidden />
        <p>{words.transfer.drop}</p>
        <FileButton resetRef={reset} onChange={(file) => void take(file)} accept=".json,application/json">
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconUpload size={16} />}>
              {words.form.chooseFile}
            </Button>
          )}
        </FileButton>
      </div>
      <Textarea
        className={classes.paste}
        label={words.transfer.paste}
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
          if (pasted.length <= SHOWN) return;
          event.preventDefault();
          give({ file: new Blob([pasted]) });
        }}
      />
      {text.trim() && (
        <Button mt="sm" onClick={() => give({ file: new Blob([text]), text })}>
          {words.transfer.check}
        </Button>
      )}
    </>
  );
}
