import { IconFile } from "@tabler/icons-react";

import { useLanguage, useWords } from "../../i18n/language";
import { bytes } from "../../util/bytes";
import classes from "./GivenName.module.css";
import type { Given } from "./import-state";

/** What is being imported. */
export function GivenName({ given: { name, file } }: { given: Given }) {
  const words = useWords();
  const language = useLanguage();
  return (
    <span className={classes.given}>
      <IconFile size={16} stroke={1.6} aria-hidden />
      <span className={classes.name}>{name ?? words.transfer.pasted}</span>
      <span className={classes.size}>{bytes(file.size, language)}</span>
    </span>
  );
}
