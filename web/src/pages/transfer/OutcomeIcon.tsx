import { IconAlertTriangle, IconEqual, IconPlus } from "@tabler/icons-react";

import type { ImportOutcome } from "../../api/schema";
import classes from "./OutcomeIcon.module.css";

const ICONS = { create: IconPlus, skip: IconEqual, refuse: IconAlertTriangle } as const;

/** The outcome of an entry as an icon, next to its text. */
export function OutcomeIcon({ outcome }: { outcome: ImportOutcome }) {
  const Icon = ICONS[outcome];
  return <Icon className={classes.mark} data-outcome={outcome} size={16} stroke={2} aria-hidden />;
}
