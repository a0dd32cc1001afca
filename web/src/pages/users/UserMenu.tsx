import { ActionIcon, Menu } from "@mantine/core";
import {
  IconBan,
  IconCircleCheck,
  IconDeviceDesktop,
  IconDots,
  IconEye,
  IconMail,
  IconPencil,
  IconShieldX,
  IconTrash,
} from "@tabler/icons-react";

import type { User } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { usePageMessages } from "../../i18n/page-messages";
import classes from "./UserMenu.module.css";

export type UserAction =
  "edit" | "sessions" | "view" | "invite" | "resetSecondFactor" | "enable" | "disable" | "delete";

interface Props {
  user: User;
  tabIndex: number;
  onAction: (action: UserAction, user: User) => void;
}

/** The attribute of the button that names the user. */
const USER = "data-user";

/** The button of a user's menu. */
export function findMenuButton(name: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>(`[${USER}]`)].find((button) => button.getAttribute(USER) === name);
}

/** What can be done with a user. */
export function UserMenu({ user, tabIndex, onAction }: Props) {
  const t = usePageMessages();
  const profile = useProfile();
  const items = [
    { action: "edit", icon: IconPencil, label: t.fleet.edit, isAllowed: hasPermission(profile, "users.update") },
    { action: "sessions", icon: IconDeviceDesktop, label: t.users.sessions, isAllowed: true },
    {
      action: "view",
      icon: IconEye,
      label: t.users.viewAs,
      isAllowed: hasPermission(profile, "users.view-as") && !user.disabled && user.username !== profile?.username,
    },
    {
      action: "invite",
      icon: IconMail,
      label: t.users.newInvitation,
      // A link does not work while the user is disabled.
      isAllowed: hasPermission(profile, "users.invite") && !user.disabled,
    },
    {
      action: "resetSecondFactor",
      icon: IconShieldX,
      label: t.users.resetSecondFactor,
      isAllowed:
        hasPermission(profile, "users.reset-second-factor") && user.secondFactor && user.username !== profile?.username,
    },
    {
      action: user.disabled ? "enable" : "disable",
      icon: user.disabled ? IconCircleCheck : IconBan,
      label: user.disabled ? t.users.enable : t.users.disable,
      isAllowed: hasPermission(profile, "users.update"),
    },
    { action: "delete", icon: IconTrash, label: t.delete, isAllowed: hasPermission(profile, "users.delete") },
  ] as const;
  return (
    // Cells clip what is in them.
    <Menu position="bottom-end" shadow="md" withinPortal keepMounted={false}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          tabIndex={tabIndex}
          aria-label={t.users.actionsFor(user.username)}
          {...{ [USER]: user.username }}
        >
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map(
          ({ action, icon: Icon, label, isAllowed }) =>
            isAllowed && (
              <Menu.Item
                key={action}
                {...(action === "delete" && { className: classes.danger ?? "" })}
                leftSection={<Icon size={16} />}
                onClick={() => onAction(action, user)}
              >
                {label}
              </Menu.Item>
            ),
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
