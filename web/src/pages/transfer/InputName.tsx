import { IconFile } from "@tabler/icons-react";

import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { formatBytes } from "../../util/format-bytes";
import type { ImportInput } from "./import-state";
import classes from "./InputName.module.css";

/** The name and size of the import's input. */
export function InputName({ input: { name, file } }: { input: ImportInput }) {
  const t = usePageMessages();
  const language = useLanguage();
  return (
    <span className={classes.input}>
      <IconFile size={16} stroke={1.6} aria-hidden />
      <span className={classes.name}>{name ?? t.transfer.pasted}</span>
      <span className={classes.size}>{formatBytes(file.size, language)}</span>
    </span>
  );
}
