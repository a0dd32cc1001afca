import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useEffect, useRef } from "react";

import { usePageMessages } from "../i18n/page-messages";
import { CopyButton } from "../ui/CopyButton";
import { saveFile } from "../util/save-file";
import classes from "./SecondFactor.module.css";

interface Props {
  username: string;
  codes: readonly string[];
  /** The label of the button that ends it. */
  done: string;
  onDone: () => void;
}

/** Shows recovery codes, which the server does not show again. */
export function RecoveryCodes({ username, codes, done, onDone }: Props) {
  const t = usePageMessages();
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that led here is gone.
  useEffect(() => heading.current?.focus(), []);
  const text = () => `${codes.join("\n")}\n`;
  const save = () => {
    const file = `${t.secondFactor.fileTitle(username, location.host)}\n\n${text()}`;
    saveFile(new Blob([file], { type: "text/plain" }), t.secondFactor.fileName);
  };
  return (
    <section className={classes.step}>
      <h3 ref={heading} tabIndex={-1}>
        {t.secondFactor.recoveryCodes}
      </h3>
      <p>{t.secondFactor.recoveryCodesText}</p>
      <ul className={classes.codes} aria-label={t.secondFactor.recoveryCodes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={classes.actions}>
        <CopyButton text={text} label={t.secondFactor.copyCodes}>
          {t.secondFactor.copyCodes}
        </CopyButton>
        <Button variant="subtle" size="compact-sm" leftSection={<IconDownload size={15} />} onClick={save}>
          {t.secondFactor.saveCodes}
        </Button>
      </div>
      <Button className={classes.submit} onClick={onDone}>
        {done}
      </Button>
    </section>
  );
}
