import type { TablerIcon } from "@tabler/icons-react";
import { IconAlertTriangle, IconBan, IconCircleCheck, IconKey, IconMail, IconShieldLock } from "@tabler/icons-react";

import { usePageMessages } from "../../i18n/page-messages";
import type { UserState } from "../../model/user-state";
import classes from "./UserStateBadge.module.css";

/** States differ in shape, so that they don't depend on colour. */
const ICONS: Record<UserState, TablerIcon> = {
  active: IconCircleCheck,
  mustChangePassword: IconKey,
  invited: IconMail,
  noPassword: IconAlertTriangle,
  disabled: IconBan,
};

/** Whether a user can log in, as icon and text. */
export function UserStateBadge({ state, isQuiet = false }: { state: UserState; isQuiet?: boolean }) {
  const { users } = usePageMessages();
  const Icon = ICONS[state];
  return (
    <span
      className={classes.badge}
      data-state={state}
      data-quiet={isQuiet || undefined}
      title={users.stateDescriptions[state]}
    >
      <Icon size={14} stroke={2} aria-hidden />
      {users.states[state]}
    </span>
  );
}

/** Shows that a user has a second factor. */
export function SecondFactorMark() {
  const { users } = usePageMessages();
  return (
    <span className={classes.mark} role="img" aria-label={users.hasSecondFactor} title={users.secondFactor}>
      <IconShieldLock size={15} stroke={1.8} aria-hidden />
    </span>
  );
}
