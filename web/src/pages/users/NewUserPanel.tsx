import "@mantine/core/styles/Radio.css";
import "@mantine/core/styles/Stack.css";

import { Alert, Radio, Stack, Switch, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import type { Invitation, NewUser } from "../../api/schema";
import { createUser, inviteUser } from "../../api/users";
import { UnsavedChangesGuard } from "../../components/UnsavedChangesGuard";
import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { FIELD, useRefusal } from "../../forms/use-refusal";
import { useTitledErrorNotification } from "../../hooks/use-error-notification";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { errorText } from "../../model/error-text";
import { PasswordField } from "../../ui/PasswordField";
import { SidePanel } from "../../ui/SidePanel";
import { toError } from "../../util/to-error";
import { RoleFields } from "../../forms/RoleFields";
import { userFieldError } from "./user-field-error";
import classes from "./UserPanel.module.css";

const EMPTY = {
  username: "",
  roles: [] as readonly string[],
  invites: true,
  password: "",
  mustChangePassword: true,
};
type Draft = typeof EMPTY;

function toNewUser({ username, roles, invites, password, mustChangePassword }: Draft): NewUser {
  return {
    username,
    roles: [...roles],
    disabled: false,
    invite: invites,
    mustChangePassword: !invites && mustChangePassword,
    ...(!invites && { password }),
  };
}

interface Props {
  canInvite: boolean;
  /** The user was created; with an invitation unless they have a password. */
  onCreated: (invitation: Invitation | undefined) => void;
  onClose: () => void;
}

/** Creates a user, with a password or with a link by which they can set one. */
export function NewUserPanel({ canInvite, onCreated, onClose }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  const queries = useQueryClient();
  const notify = useOutcomeNotification();
  const notifyError = useTitledErrorNotification();
  const fields = useRef<HTMLDivElement>(null);
  const [initial] = useState<Draft>({ ...EMPTY, invites: canInvite });
  const [draft, setDraft] = useState(initial);
  const [checkedDraft, setCheckedDraft] = useState(draft);
  const isDone = useRef(false);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const creation = useMutation({
    mutationFn: async () => {
      await createUser(queries, toNewUser(draft));
      if (!draft.invites) return undefined;
      // The user exists now, so this must not look as if nothing had happened.
      const name = draft.username.trim();
      return inviteUser(queries, name).catch(
        (error: unknown) => void notifyError(t.users.notInvited(name), toError(error)),
      );
    },
    onMutate: () => setCheckedDraft(draft),
    onSuccess: (invitation) => {
      isDone.current = true;
      notify(t.users.created(draft.username.trim()));
      onCreated(invitation ?? undefined);
    },
  });
  const { errorOf, unplaced } = useRefusal(
    fields,
    creation.error,
    userFieldError(creation.error, {}, t, language),
    (field) => (field ? draft[field as keyof Draft] !== checkedDraft[field as keyof Draft] : draft !== checkedDraft),
  );
  const isDirty = JSON.stringify(draft) !== JSON.stringify(initial);
  const close = () => {
    isDone.current = true;
    onClose();
  };
  return (
    <SidePanel
      title={t.commands.newUser}
      form={{ action: t.users.create, isDirty, isBusy: creation.isPending, onSubmit: () => creation.mutate() }}
      onClose={close}
    >
      <UnsavedChangesGuard isDirty={() => isDirty && !isDone.current} />
      <div ref={fields} className={classes.fields}>
        {unplaced && (
          <Alert color="red" variant="light" role="alert">
            {errorText(unplaced, t)}
          </Alert>
        )}
        <TextInput
          wrapperProps={{ [FIELD]: "username" }}
          label={t.login.username}
          data-autofocus
          maxLength={128}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={draft.username}
          error={errorOf("username")}
          onChange={(event) => set({ username: event.currentTarget.value })}
        />
        {canInvite && (
          <Radio.Group
            label={t.users.firstLogin}
            value={draft.invites ? "invitation" : "password"}
            onChange={(choice) => set({ invites: choice === "invitation" })}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="invitation" label={t.users.byInvitation} description={t.users.byInvitationText} />
              <Radio value="password" label={t.users.byPassword} description={t.users.byPasswordText} />
            </Stack>
          </Radio.Group>
        )}
        {!draft.invites && (
          <>
            <PasswordField
              wrapperProps={{ [FIELD]: "password" }}
              label={t.profile.password}
              description={t.profile.short}
              autoComplete="new-password"
              value={draft.password}
              error={errorOf("password")}
              onChange={(event) => set({ password: event.currentTarget.value })}
            />
            <Switch
              label={t.users.mustChange}
              description={t.users.mustChangeText}
              checked={draft.mustChangePassword}
              onChange={(event) => set({ mustChangePassword: event.currentTarget.checked })}
            />
          </>
        )}
        <RoleFields roles={draft.roles} error={errorOf("roles")} onChange={(roles) => set({ roles })} />
      </div>
    </SidePanel>
  );
}
