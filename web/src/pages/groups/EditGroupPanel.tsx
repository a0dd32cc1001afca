import { Alert } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { changeGroup, fetchGroup } from "../../api/groups";
import type { Group, GroupChange } from "../../api/schema";
import { UnsavedChangesGuard } from "../../components/UnsavedChangesGuard";
import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { useRefusal } from "../../forms/use-refusal";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { errorText } from "../../model/error-text";
import type { GroupDraft, GroupSetting } from "../../model/group-draft";
import { differingGroupSettings, rebaseGroup, toGroupChange, toGroupDraft } from "../../model/group-draft";
import { SidePanel } from "../../ui/SidePanel";
import { groupFieldError } from "./group-field-error";
import { GroupFields } from "./GroupFields";
import classes from "./GroupPanel.module.css";

interface Props {
  group: Group;
  /** Whether the user of this console is a member. */
  isOwn: boolean;
  onClose: () => void;
}

/** Changes a group. */
export function EditGroupPanel({ group, isOwn, onClose }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  const queries = useQueryClient();
  const notify = useOutcomeNotification();
  const fields = useRef<HTMLDivElement>(null);
  // The version that the draft is based on.
  const [base, setBase] = useState(() => toGroupDraft(group));
  const [draft, setDraft] = useState(base);
  const [checkedDraft, setCheckedDraft] = useState(draft);
  const [conflict, setConflict] = useState<readonly GroupSetting[]>([]);
  const isDone = useRef(false);
  const close = () => {
    isDone.current = true;
    onClose();
  };
  const { name } = group;
  const saving = useMutation({
    mutationFn: async (change: GroupChange) => {
      // The API has no versions of groups, so this may miss a change at the same moment.
      const latest = toGroupDraft(await fetchGroup(name));
      if (differingGroupSettings(base, latest).length > 0) return latest;
      await changeGroup(queries, name, change);
      return undefined;
    },
    onMutate: () => setCheckedDraft(draft),
    onSuccess: (latest) => {
      if (latest) {
        setConflict(differingGroupSettings(base, latest));
        setDraft(rebaseGroup(draft, base, latest));
        setBase(latest);
        return;
      }
      const run = async () => {
        const others = differingGroupSettings(draft, toGroupDraft(await fetchGroup(name)));
        if (others.length > 0) throw new Error(t.users.changedMeanwhile(namesOf(others)));
        await changeGroup(queries, name, toGroupChange(base, draft));
        return [];
      };
      notify(t.outcome.saved(name), { run, done: t.outcome.undone(name) });
      close();
    },
  });
  const namesOf = (settings: readonly GroupSetting[]) =>
    settings.map((setting) => t.groups.settings[setting]).join(", ");
  const { errorOf, unplaced } = useRefusal(fields, saving.error, groupFieldError(saving.error, t, language), (field) =>
    field ? draft[field] !== checkedDraft[field] : draft !== checkedDraft,
  );
  const change = toGroupChange(draft, base);
  const isDirty = Object.keys(change).length > 0;
  const set = (changed: Partial<GroupDraft>) => setDraft((before) => ({ ...before, ...changed }));
  return (
    <SidePanel
      title={name}
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
        {conflict.length > 0 && <Conflict key={saving.submittedAt} settings={namesOf(conflict)} />}
        {unplaced && (
          <Alert color="red" variant="light" role="alert">
            {t.groups.refusals[unplaced.message] ?? errorText(unplaced, t)}
          </Alert>
        )}
        {isOwn && <p className={classes.text}>{t.groups.ownGroup}</p>}
        <GroupFields draft={draft} isNew={false} errorOf={errorOf} onChange={set} />
      </div>
    </SidePanel>
  );
}

/** Says that nothing was saved, because another user has changed the group meanwhile. */
function Conflict({ settings }: { settings: string }) {
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
      title={t.users.changedMeanwhile(settings)}
    >
      {t.errors.nothingSaved} {t.users.checkAndSave}
    </Alert>
  );
}
