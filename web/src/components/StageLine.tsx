import { Loader } from "@mantine/core";
import { IconCheck, IconMinus, IconQuestionMark, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { formatRunTime } from "../util/format-time";
import classes from "./StageLine.module.css";

/** The stages of a test, in their order. */
export function StageList({ children }: { children: ReactNode }) {
  return <ol className={classes.stages}>{children}</ol>;
}

interface Props {
  name: string;
  state: "running" | "passed" | "failed" | "unclear" | "skipped";
  /** What was found in it. */
  detail?: ReactNode;
  elapsedMs?: number | undefined;
}

/** A stage of a test: how it ended, what was found, and how long it took. */
export function StageLine({ name, state, detail, elapsedMs }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  return (
    <li data-state={state}>
      <span className={classes.sign}>
        {state === "running" && <Loader size={14} aria-label={t.loading} />}
        {state === "passed" && <IconCheck size={16} aria-label={t.form.passed} />}
        {state === "failed" && <IconX size={16} aria-label={t.form.failed} />}
        {state === "unclear" && <IconQuestionMark size={16} aria-label={t.signOn.unclear} />}
        {state === "skipped" && <IconMinus size={16} aria-label={t.signOn.skipped} />}
      </span>
      <strong>{name}</strong>
      <span className={classes.detail}>{detail}</span>
      <span className={classes.time}>{elapsedMs !== undefined && formatRunTime(elapsedMs, language)}</span>
    </li>
  );
}
