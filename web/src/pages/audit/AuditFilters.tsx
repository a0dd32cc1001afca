import { NativeSelect, TextInput } from "@mantine/core";
import type { RefObject } from "react";
import { useRef } from "react";

import { Disclosure } from "../../forms/Disclosure";
import { useShortcuts } from "../../hooks/use-shortcuts";
import { useTrailingText } from "../../hooks/use-trailing-text";
import { usePageMessages } from "../../i18n/page-messages";
import type { AuditCondition, AuditPeriod, AuditSearch } from "../../model/audit-search";
import {
  actionsOf,
  AUDIT_PERIODS,
  fromLocalField,
  isReversed,
  OBJECT_KINDS,
  OUTCOMES,
  toLocalField,
} from "../../model/audit-search";
import { AuditChips } from "./AuditChips";
import classes from "./AuditFilters.module.css";

/** What the server refuses of a filter. */
export interface AuditFault {
  readonly condition: AuditCondition;
  readonly text: string;
}

interface Props {
  search: AuditSearch;
  fault: AuditFault | undefined;
  onChange: (change: AuditSearch) => void;
}

/** The fields of the filter, and a button for each condition that removes it. The key `/` focuses the text. */
export function AuditFilters({ search, fault, onChange }: Props) {
  const t = usePageMessages();
  const { filter, objectKinds, outcomes } = t.audit;
  const textField = useRef<HTMLInputElement>(null);
  useShortcuts([["/", () => textField.current?.focus()]]);
  const errorOf = (condition: AuditCondition) => (fault?.condition === condition ? fault.text : undefined);
  const text = (condition: "text" | "actor" | "object" | "address" | "requestId", hint?: string) => (
    <TypedCondition
      label={filter[condition]}
      hint={hint}
      maxLength={condition === "address" ? 64 : 256}
      value={search[condition] ?? ""}
      error={errorOf(condition)}
      onChange={(value) => onChange({ [condition]: value || undefined })}
      {...(condition === "text" && { field: textField })}
    />
  );
  return (
    <div role="search" aria-label={filter.label} className={classes.filters}>
      <div className={classes.fields}>
        {text("text", filter.textHint)}
        <Period search={search} errorOf={errorOf} onChange={onChange} />
        {text("actor")}
        <ActionChoice search={search} error={errorOf("action")} onChange={onChange} />
      </div>
      <Disclosure
        title={filter.more}
        startsOpen={false}
        hasError={fault !== undefined && HIDDEN_FIRST.has(fault.condition)}
      >
        <div className={classes.fields}>
          <NativeSelect
            label={filter.objectKind}
            value={search.objectKind ?? ""}
            onChange={({ currentTarget: { value } }) =>
              onChange({ objectKind: OBJECT_KINDS.find((each) => each === value) })
            }
            data={[
              { value: "", label: filter.all },
              ...OBJECT_KINDS.map((value) => ({ value, label: objectKinds[value] })),
            ]}
          />
          {text("object", filter.objectHint)}
          <NativeSelect
            label={filter.outcome}
            value={search.outcome ?? ""}
            onChange={({ currentTarget: { value } }) => onChange({ outcome: OUTCOMES.find((each) => each === value) })}
            data={[{ value: "", label: filter.all }, ...OUTCOMES.map((value) => ({ value, label: outcomes[value] }))]}
          />
          {text("address")}
          {text("requestId")}
        </div>
      </Disclosure>
      <AuditChips search={search} next={textField} onChange={onChange} />
    </div>
  );
}

/** The conditions whose fields are behind a button. */
const HIDDEN_FIRST: ReadonlySet<AuditCondition> = new Set(["objectKind", "object", "outcome", "address", "requestId"]);

interface TypedProps {
  label: string;
  hint: string | undefined;
  maxLength: number;
  value: string;
  error: string | undefined;
  field?: RefObject<HTMLInputElement | null>;
  onChange: (value: string) => void;
}

/** A condition that is typed. The URL follows once typing rests. */
function TypedCondition({ label, hint, maxLength, value, error, field, onChange }: TypedProps) {
  const { text, type, saveNow } = useTrailingText(value, (latest) => onChange(latest.trim()));
  return (
    <TextInput
      {...(field && { ref: field })}
      label={label}
      placeholder={hint}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={maxLength}
      value={text}
      error={text === value && error}
      onChange={({ currentTarget }) => type(currentTarget.value)}
      onBlur={() => saveNow(text)}
      onKeyDown={({ key }) => key === "Enter" && saveNow(text)}
    />
  );
}

interface PeriodProps {
  search: AuditSearch;
  errorOf: (condition: AuditCondition) => string | undefined;
  onChange: (change: AuditSearch) => void;
}

/** A period up to now, or a range of time with two fields. */
function Period({ search, errorOf, onChange }: PeriodProps) {
  const { filter } = usePageMessages().audit;
  const { from, to } = search;
  const isRange = from !== undefined || to !== undefined;
  const periods: readonly (AuditPeriod | "all" | "custom")[] = [
    "all",
    ...(Object.keys(AUDIT_PERIODS) as AuditPeriod[]),
    "custom",
  ];
  const choose = (value: string) => {
    const period = (Object.keys(AUDIT_PERIODS) as AuditPeriod[]).find((each) => each === value);
    // A range begins with the current day.
    const start =
      value === "custom" ? fromLocalField(`${toLocalField(new Date().toISOString()).slice(0, 10)}T00:00`) : undefined;
    onChange({ period, from: start, to: undefined });
  };
  return (
    <>
      <NativeSelect
        label={filter.period}
        value={isRange ? "custom" : (search.period ?? "all")}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
        data={periods.map((value) => ({ value, label: filter.periods[value] }))}
      />
      {isRange && (
        <>
          <TimeField
            label={filter.from}
            value={from}
            error={errorOf("from")}
            onChange={(time) => onChange({ from: time })}
          />
          <TimeField
            label={filter.to}
            value={to}
            error={errorOf("to") ?? (isReversed(search) ? filter.endsBeforeItBegins : undefined)}
            onChange={(time) => onChange({ to: time })}
          />
        </>
      )}
    </>
  );
}

interface TimeFieldProps {
  label: string;
  value: string | undefined;
  error: string | undefined;
  onChange: (time: string | undefined) => void;
}

/** A local time. It counts once it is complete and typing rests. */
function TimeField({ label, value, error, onChange }: TimeFieldProps) {
  const local = value === undefined ? "" : toLocalField(value);
  const { text, type, saveNow } = useTrailingText(local, (latest) => onChange(fromLocalField(latest)));
  return (
    <TextInput
      type="datetime-local"
      className={classes.time}
      label={label}
      value={text}
      error={text === local && error}
      onChange={({ currentTarget }) => type(currentTarget.value)}
      onBlur={() => saveNow(text)}
    />
  );
}

interface ActionProps {
  search: AuditSearch;
  error: string | undefined;
  onChange: (change: AuditSearch) => void;
}

/** Adds an action to those that are looked for; each is a button below the fields. */
function ActionChoice({ search, error, onChange }: ActionProps) {
  const t = usePageMessages();
  const { filter, objectKinds } = t.audit;
  const chosen = actionsOf(search);
  const others = Object.entries(t.activity.actions).filter(([name]) => !chosen.includes(name));
  const groups = OBJECT_KINDS.map((kind) => ({
    group: objectKinds[kind],
    items: others.filter(([name]) => kindOf(name) === kind).map(([value, label]) => ({ value, label })),
  }));
  return (
    <NativeSelect
      label={filter.action}
      value=""
      error={error}
      onChange={({ currentTarget: { value } }) => onChange({ action: [...chosen, value].join(",") })}
      data={[
        { value: "", label: chosen.length > 0 ? filter.another : filter.all },
        ...groups.filter(({ items }) => items.length > 0),
      ]}
    />
  );
}

/** The kind of the object of an action: its name begins with it, or it is the installation. */
function kindOf(action: string): string {
  const [kind] = action.split(".");
  return OBJECT_KINDS.find((each) => each === kind) ?? "installation";
}
