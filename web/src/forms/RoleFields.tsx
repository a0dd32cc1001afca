import "@mantine/core/styles/Checkbox.css";
import "@mantine/core/styles/Radio.css";

import { Checkbox, Radio } from "@mantine/core";
import type { ReactNode } from "react";
import { useId } from "react";

import type { Messages } from "../i18n/en";
import { usePageMessages } from "../i18n/page-messages";
import { actionsOf, allowsEverything, COMMON_ACTIONS, ROLES } from "../model/role-actions";
import classes from "./RoleFields.module.css";
import { FIELD } from "./use-refusal";

interface RolesProps {
  roles: readonly string[];
  error: string | undefined;
  /** Whether the first one gets the focus. */
  isFirstField?: boolean;
  onChange: (roles: string[]) => void;
}

/** Chooses roles, and says what each allows. */
export function RoleFields({ roles, error, isFirstField = false, onChange }: RolesProps) {
  const t = usePageMessages();
  return (
    <RoleFieldset field="roles" title={t.profile.roles} error={error} text={t.users.everyUser(commonActions(t))}>
      {ROLES.map((role, index) => (
        <Checkbox
          key={role}
          {...(isFirstField && index === 0 && { "data-autofocus": true })}
          label={t.roleNames[role] ?? role}
          description={roleText(role, t)}
          checked={roles.includes(role)}
          onChange={({ currentTarget: { checked } }) =>
            // In the server's order, so that an undone change is none.
            onChange(ROLES.filter((each) => (each === role ? checked : roles.includes(each))))
          }
        />
      ))}
    </RoleFieldset>
  );
}

interface RoleProps {
  role: string;
  error: string | undefined;
  /** Who may do what the role allows. */
  text: string;
  onChange: (role: string) => void;
}

/** Chooses one role, and says what each allows. */
export function RoleField({ role: chosen, error, text, onChange }: RoleProps) {
  const t = usePageMessages();
  const name = useId();
  return (
    <RoleFieldset field="role" title={t.scope.role} error={error} text={text}>
      {ROLES.map((role) => (
        <Radio
          key={role}
          name={name}
          label={t.roleNames[role] ?? role}
          description={roleText(role, t)}
          checked={role === chosen}
          onChange={() => onChange(role)}
        />
      ))}
    </RoleFieldset>
  );
}

interface FieldsetProps {
  field: string;
  title: string;
  error: string | undefined;
  text: string;
  children: ReactNode;
}

function RoleFieldset({ field, title, error, text, children }: FieldsetProps) {
  const id = useId();
  return (
    <fieldset
      className={classes.roles}
      aria-describedby={[error && `${id}-error`, `${id}-text`].filter(Boolean).join(" ")}
      {...{ [FIELD]: field }}
    >
      <legend>{title}</legend>
      {error && (
        <p id={`${id}-error`} className={classes.error}>
          {error}
        </p>
      )}
      {children}
      <p id={`${id}-text`} className={classes.text}>
        {text}
      </p>
    </fieldset>
  );
}

/** What a role allows that not every role does. */
export function roleText(role: string, t: Messages): string {
  if (allowsEverything(role)) return t.users.mayEverything;
  return list(actionsOf(role), t) || t.users.mayNothing;
}

/** What every role allows, but for what concerns only administrators who see haltere as another user does. */
export const commonActions = (t: Messages): string =>
  list(
    COMMON_ACTIONS.filter((action) => action !== "profile.stop-viewing-as"),
    t,
  );

const list = (actions: readonly (keyof Messages["users"]["may"])[], t: Messages): string =>
  actions.map((action) => t.users.may[action]).join(" · ");
