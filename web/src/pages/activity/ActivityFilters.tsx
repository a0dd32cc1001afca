import { NativeSelect, TextInput } from "@mantine/core";
import { useMemo, useRef } from "react";

import { useFleet } from "../../api/fleet";
import { hasPermission, useProfile } from "../../api/session";
import { usePageMessages } from "../../i18n/page-messages";
import type { ActivityKind, ActivityPeriod, ActivitySearch } from "../../model/activity-search";
import { ACTIVITY_KINDS, ACTIVITY_PERIODS, AUDIT_KINDS } from "../../model/activity-search";
import { countLabels } from "../../model/labels";
import { Chip } from "../../ui/Chip";
import classes from "./ActivityFilters.module.css";

/** The most values of a label to offer. */
const MAX_VALUES = 50;

interface Props {
  search: ActivitySearch;
  onChange: (change: ActivitySearch) => void;
}

/** Kind, period, user and label. Those of the audit trail are only for users who may see it. */
export function ActivityFilters({ search, onChange }: Props) {
  const t = usePageMessages().activity;
  const { byId } = useFleet();
  const seesAudit = hasPermission(useProfile(), "audit.list");
  const kinds = ACTIVITY_KINDS.filter((kind) => seesAudit || !AUDIT_KINDS.has(kind));
  const { connection } = search;
  const kindField = useRef<HTMLSelectElement>(null);
  return (
    <div className={classes.filters}>
      <NativeSelect
        ref={kindField}
        label={t.kind}
        value={search.kind ?? "all"}
        onChange={({ currentTarget: { value } }) =>
          onChange({ kind: value === "all" ? undefined : (value as ActivityKind) })
        }
        data={(["all", ...kinds] as const).map((value) => ({ value, label: t.kinds[value] }))}
      />
      <NativeSelect
        label={t.period}
        value={search.period ?? "day"}
        onChange={({ currentTarget }) => {
          const value = currentTarget.value as ActivityPeriod;
          onChange({ period: value === "day" ? undefined : value });
        }}
        data={(Object.keys(ACTIVITY_PERIODS) as ActivityPeriod[]).map((value) => ({
          value,
          label: t.periods[value],
        }))}
      />
      {seesAudit && (
        <TextInput
          label={t.user}
          placeholder={t.userName}
          value={search.user ?? ""}
          onChange={({ currentTarget: { value } }) => onChange({ user: value || undefined })}
        />
      )}
      <LabelChoice label={search.label} onChange={(label) => onChange({ label })} />
      {connection !== undefined && (
        <Chip
          next={kindField}
          text={t.only(byId.get(connection)?.name ?? connection)}
          label={`${t.clear}: ${byId.get(connection)?.name ?? connection}`}
          onRemove={() => onChange({ connection: undefined })}
        />
      )}
    </div>
  );
}

interface LabelChoiceProps {
  label: string | undefined;
  onChange: (label: string | undefined) => void;
}

/** Offers the labels of the fleet, and the selector of a shared URL whatever it is. */
function LabelChoice({ label, onChange }: LabelChoiceProps) {
  const t = usePageMessages().activity;
  const { byId } = useFleet();
  const groups = useMemo(
    () =>
      [...countLabels(byId.values())].map(([key, values]) => ({
        group: key,
        items: [...values.keys()].slice(0, MAX_VALUES).map((value) => ({ value: `${key}=${value}`, label: value })),
      })),
    [byId],
  );
  if (groups.length === 0 && label === undefined) return null;
  const isOffered = groups.some(({ items }) => items.some(({ value }) => value === label));
  return (
    <NativeSelect
      label={t.label}
      value={label ?? ""}
      onChange={({ currentTarget: { value } }) => onChange(value || undefined)}
      data={[
        { value: "", label: t.allLabels },
        ...(label === undefined || isOffered ? [] : [{ value: label, label }]),
        ...groups,
      ]}
    />
  );
}
