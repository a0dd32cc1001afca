import { Alert, Switch } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, useEffect, useRef, useState } from "react";

import type { User, UserChange } from "../../api/schema";
import { changeUser, fetchUser } from "../../api/users";
import { UnsavedChangesGuard } from "../../components/UnsavedChangesGuard";
import { FIELD, useRefusal } from "../../forms/use-refusal";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { errorText } from "../../model/error-text";
import { linkTo } from "../../model/paths";
import type { UserDraft, UserSetting } from "../../model/user-draft";
import { differingSettings, rebase, toUserChange, toUserDraft } from "../../model/user-draft";
import { PasswordField } from "../../ui/PasswordField";
import { SidePanel } from "../../ui/SidePanel";
import { RoleFields } from "../../forms/RoleFields";
import { useChangeNotification } from "./use-change-notification";
import { userFieldError } from "./user-field-error";
import classes from "./UserPanel.module.css";

interface Props {
  user: User;
  /** The names of the user's groups, for those who may see groups. */
  groups: readonly string[] | undefined;
  /** Whether it is the account of the user of this console. */
  isOwn: boolean;
  onClose: () => void;
}

/** Changes roles, password and login of a user. */
export function EditUserPanel({ user, groups, isOwn, onClose }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  const queries = useQueryClient();
  const notifyChange = useChangeNotification();
  const fields = useRef<HTMLDivElement>(null);
  // The version that the draft is based on.
  const [base, setBase] = useState(user);
  const [draft, setDraft] = useState(() => toUserDraft(user));
  const [checked, setChecked] = useState<{ draft: UserDraft; change: UserChange }>({ draft, change: {} });
  const [conflict, setConflict] = useState<readonly UserSetting[]>([]);
  const isDone = useRef(false);
  const set = (change: Partial<UserDraft>) => setDraft((before) => ({ ...before, ...change }));
  const close = () => {
    isDone.current = true;
    onClose();
  };
  const saving = useMutation({
    mutationFn: async (change: UserChange) => {
      // The API has no versions of users, so this may miss a change at the same moment.
      const latest = await fetchUser(user.username);
      if (differingSettings(base, latest).length > 0) return latest;
      await changeUser(queries, user.username, change);
      return undefined;
    },
    onMutate: (change) => setChecked({ draft, change }),
    onSuccess: (latest, change) => {
      if (latest) {
        setConflict(differingSettings(base, latest));
        setDraft(rebase(draft, base, latest));
        setBase(latest);
        return;
      }
      notifyChange(t.outcome.saved(user.username), change, base, isOwn);
      close();
    },
  });
  const { errorOf, unplaced } = useRefusal(
    fields,
    saving.error,
    userFieldError(saving.error, checked.change, t, language),
    (field) =>
      field === undefined || field === "username" ? draft !== checked.draft : draft[field] !== checked.draft[field],
  );
  const change = toUserChange(draft, base);
  const isDirty = Object.keys(change).length > 0;
  return (
    <SidePanel
      title={user.username}
      form={{
        action: t.save,
        isDirty,
        isBusy: saving.isPending,
        onSubmit: () => (isDirty ? saving.mutate(change) : close()),
      }}
      onClose={close}
    >
      <UnsavedChangesGuard isDirty={() => isDirty && !isDone.current} />
      <div ref={fields} className={classes.fields}>
        {conflict.length > 0 && <Conflict key={saving.submittedAt} settings={conflict} />}
        {unplaced && (
          <Alert color="red" variant="light" role="alert">
            {errorText(unplaced, t)}
          </Alert>
        )}
        <p className={classes.text}>{isOwn ? t.users.endsOwnSession : t.users.endsSessions}</p>
        {groups && (
          <p className={classes.text}>
            {t.groups.ofUser}:{" "}
            {groups.length === 0
              ? t.groups.noGroup
              : groups.map((name, index) => (
                  <Fragment key={name}>
                    {index > 0 && ", "}
                    <Link {...linkTo.groups({ show: "edit", group: name })}>
                      <bdi>{name}</bdi>
                    </Link>
                  </Fragment>
                ))}
          </p>
        )}
        <RoleFields isFirstField roles={draft.roles} error={errorOf("roles")} onChange={(roles) => set({ roles })} />
        <Switch
          wrapperProps={{ [FIELD]: "disabled" }}
          label={t.users.disabled}
          description={t.users.disabledText}
          error={errorOf("disabled")}
          checked={draft.disabled}
          onChange={(event) => set({ disabled: event.currentTarget.checked })}
        />
        <Switch
          wrapperProps={{ [FIELD]: "mustChangePassword" }}
          label={t.users.mustChange}
          description={t.users.mustChangeText}
          error={errorOf("mustChangePassword")}
          checked={draft.mustChangePassword}
          onChange={(event) => set({ mustChangePassword: event.currentTarget.checked })}
        />
        <PasswordField
          wrapperProps={{ [FIELD]: "password" }}
          label={t.profile.newPassword}
          description={t.users.keepPassword}
          autoComplete="new-password"
          value={draft.password}
          error={errorOf("password")}
          onChange={(event) => set({ password: event.currentTarget.value })}
        />
      </div>
    </SidePanel>
  );
}

/** Says that nothing was saved, because another user has changed the user meanwhile. */
function Conflict({ settings }: { settings: readonly UserSetting[] }) {
  const t = usePageMessages();
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => alert.current?.focus(), []);
  return (
    <Alert
      ref={alert}
      tabIndex={-1}
      color="yellow"
      variant="light"
      role="alert"
      title={t.users.changedMeanwhile(settings.map((setting) => t.users.settings[setting]).join(", "))}
    >
      {t.errors.nothingSaved} {t.users.checkAndSave}
    </Alert>
  );
}
