import { Alert } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { createGroup } from "../../api/groups";
import { UnsavedChangesGuard } from "../../components/UnsavedChangesGuard";
import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { useRefusal } from "../../forms/use-refusal";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { errorText } from "../../model/error-text";
import type { GroupDraft } from "../../model/group-draft";
import { EMPTY_GROUP, toNewGroup } from "../../model/group-draft";
import { SidePanel } from "../../ui/SidePanel";
import { groupFieldError } from "./group-field-error";
import { GroupFields } from "./GroupFields";
import classes from "./GroupPanel.module.css";

/** Creates a group. */
export function NewGroupPanel({ onClose }: { onClose: () => void }) {
  const t = usePageMessages();
  const language = useLanguage();
  const queries = useQueryClient();
  const notify = useOutcomeNotification();
  const fields = useRef<HTMLDivElement>(null);
  const [draft, setDraft] = useState(EMPTY_GROUP);
  const [checkedDraft, setCheckedDraft] = useState(draft);
  const isDone = useRef(false);
  const close = () => {
    isDone.current = true;
    onClose();
  };
  const creation = useMutation({
    mutationFn: () => createGroup(queries, toNewGroup(draft)),
    onMutate: () => setCheckedDraft(draft),
    onSuccess: () => {
      notify(t.groups.created(draft.name.trim()));
      close();
    },
  });
  const { errorOf, unplaced } = useRefusal(
    fields,
    creation.error,
    groupFieldError(creation.error, t, language),
    (field) => (field ? draft[field] !== checkedDraft[field] : draft !== checkedDraft),
  );
  const isDirty = JSON.stringify(draft) !== JSON.stringify(EMPTY_GROUP);
  const set = (change: Partial<GroupDraft>) => setDraft((before) => ({ ...before, ...change }));
  return (
    <SidePanel
      title={t.commands.newGroup}
      form={{ action: t.groups.create, isDirty, isBusy: creation.isPending, onSubmit: () => creation.mutate() }}
      onClose={close}
    >
      <UnsavedChangesGuard isDirty={() => isDirty && !isDone.current} />
      <div ref={fields} className={classes.fields}>
        {unplaced && (
          <Alert color="red" variant="light" role="alert">
            {t.groups.refusals[unplaced.message] ?? errorText(unplaced, t)}
          </Alert>
        )}
        <GroupFields draft={draft} isNew errorOf={errorOf} onChange={set} />
      </div>
    </SidePanel>
  );
}
