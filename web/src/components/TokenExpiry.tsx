import type { TablerIcon } from "@tabler/icons-react";
import { IconAlertTriangle, IconClock, IconClockX, IconHelpCircle } from "@tabler/icons-react";

import type { Token } from "../api/schema";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import type { TokenState } from "../model/token-state";
import { tokenState } from "../model/token-state";
import { formatExactTime, formatRelative } from "../util/format-time";
import classes from "./TokenExpiry.module.css";

/** States differ in shape, so that they don't depend on colour. */
const ICONS: Record<TokenState, TablerIcon> = {
  valid: IconClock,
  expiring: IconAlertTriangle,
  expired: IconClockX,
  unreadable: IconHelpCircle,
};

interface Props {
  token: Token;
  now: number;
  /** Whether nothing around it says that it is about the expiry. */
  isFull?: boolean;
}

/** When a token expires, flagged if that is soon or was already. */
export function TokenExpiry({ token, now, isFull = false }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  const state = tokenState(token, now);
  const Icon = ICONS[state];
  const { states, stateDescriptions } = t.tokens;
  const when = formatRelative(Date.parse(token.validUntil), now, language);
  const exact = formatExactTime(token.validUntil, language);
  return (
    <span className={classes.expiry} data-state={state} title={`${stateDescriptions[state]} ${exact}`}>
      {state !== "valid" && (
        <span className={classes.badge}>
          <Icon size={14} stroke={2} aria-hidden />
          {states[state]}
        </span>
      )}
      <time dateTime={token.validUntil}>{isFull && state === "valid" ? t.tokens.expiresIn(when) : when}</time>
    </span>
  );
}
