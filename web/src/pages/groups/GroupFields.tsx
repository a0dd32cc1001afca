import { Switch, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { useFleet } from "../../api/fleet";
import { hasPermission, useProfile } from "../../api/session";
import { usersQuery } from "../../api/users";
import { ConnectionPicker } from "../../forms/ConnectionPicker";
import { CoveredConnections } from "../../forms/CoveredConnections";
import { Fieldset } from "../../forms/Fieldset";
import { PickList } from "../../forms/PickList";
import { commonActions, RoleField } from "../../forms/RoleFields";
import { FIELD } from "../../forms/use-refusal";
import { usePageMessages } from "../../i18n/page-messages";
import { sortByName } from "../../model/connection-sort";
import type { GroupDraft } from "../../model/group-draft";
import { hasConnections, isNarrowing } from "../../model/group-draft";
import { connectionsOf } from "../../model/group-list";
import { sortByText } from "../../util/sort-by-text";
import type { GroupField } from "./group-field-error";
import classes from "./GroupFields.module.css";

interface Props {
  draft: GroupDraft;
  /** Whether there is no such group yet. */
  isNew: boolean;
  errorOf: (field: GroupField) => string | undefined;
  onChange: (change: Partial<GroupDraft>) => void;
}

/** The fields of a group. */
export function GroupFields({ draft, isNew, errorOf, onChange }: Props) {
  const t = usePageMessages();
  return (
    <>
      {isNew && (
        <TextInput
          wrapperProps={{ [FIELD]: "name" }}
          label={t.groups.name}
          data-autofocus
          maxLength={30}
          autoComplete="off"
          value={draft.name}
          error={errorOf("name")}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
      )}
      <Textarea
        wrapperProps={{ [FIELD]: "description" }}
        label={t.groups.description}
        {...(!isNew && { "data-autofocus": true })}
        autosize
        minRows={1}
        maxLength={1_000}
        value={draft.description}
        error={errorOf("description")}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      <Connections draft={draft} errorOf={errorOf} onChange={onChange} />
      <RoleField
        role={draft.role}
        error={errorOf("role")}
        text={t.groups.mayText(commonActions(t))}
        onChange={(role) => onChange({ role })}
      />
      <Members chosen={draft.users} error={errorOf("users")} onChange={(users) => onChange({ users })} />
    </>
  );
}

/** The connections by a list and by labels, and which ones these are. */
function Connections({ draft, errorOf, onChange }: Omit<Props, "isNew">) {
  const t = usePageMessages();
  const { byId } = useFleet();
  const all = sortByName(byId);
  const { connections, label, name } = draft;
  const isSome = hasConnections(draft);
  const covered = useMemo(() => connectionsOf({ connections, label: label.trim() }, all), [connections, label, all]);
  const sees = `${t.groups.sees(name.trim(), t.scope.covered(covered.length, all.length))} ${t.groups.hides}`;
  return (
    <Fieldset title={t.groups.connections}>
      <ConnectionPicker
        title={t.groups.list}
        connections={all}
        chosen={connections}
        error={errorOf("connections")}
        onChange={(chosen) => onChange({ connections: chosen })}
      />
      <TextInput
        wrapperProps={{ [FIELD]: "label" }}
        label={t.groups.byLabels}
        description={t.groups.byLabelsText}
        placeholder={t.scope.labelsHint}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={label}
        error={errorOf("label")}
        onChange={(event) => onChange({ label: event.currentTarget.value })}
      />
      {!isSome && (
        <Switch
          wrapperProps={{ [FIELD]: "narrows" }}
          label={t.groups.hidesAll}
          description={t.groups.hidesAllText}
          error={errorOf("narrows")}
          checked={draft.narrows}
          onChange={(event) => onChange({ narrows: event.currentTarget.checked })}
        />
      )}
      <CoveredConnections
        text={isNarrowing(draft) ? sees : t.groups.withoutConnections}
        connections={covered}
        namesThem={isSome}
      />
    </Fieldset>
  );
}

interface MembersProps {
  chosen: readonly string[];
  error: string | undefined;
  onChange: (users: string[]) => void;
}

function Members({ chosen, error, onChange }: MembersProps) {
  const t = usePageMessages();
  const canList = hasPermission(useProfile(), "users.list");
  const { data: users } = useQuery({ ...usersQuery, enabled: canList });
  const items = useMemo(() => {
    const sorted = sortByText(users ?? [], ({ username }) => username);
    return sorted.map(({ username, roles }) => ({
      id: username,
      name: username,
      detail: roles.map((role) => t.roleNames[role] ?? role).join(", "),
    }));
  }, [users, t]);
  if (!canList) return <p className={classes.text}>{t.groups.noUsers}</p>;
  const isAdministrator = users?.some(({ username, roles }) => roles.includes("admin") && chosen.includes(username));
  return (
    <div className={classes.members}>
      <PickList
        field="users"
        title={t.groups.members}
        find={t.groups.findMember}
        items={items}
        chosen={chosen}
        error={error}
        onChange={onChange}
      />
      {isAdministrator && <p className={classes.text}>{t.groups.administrators}</p>}
    </div>
  );
}
