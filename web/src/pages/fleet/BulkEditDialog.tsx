import { NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useEffect, useId, useMemo, useRef, useState } from "react";

import { ApiError } from "../../api/client";
import { fetchLatest, patchConnection, patchSeenConnection } from "../../api/connections";
import type { Connection } from "../../api/schema";
import { useOutcomeNotification } from "../../components/use-outcome-notification";
import { caFault } from "../../forms/ca-fault";
import type { FieldError } from "../../forms/field-error";
import { fieldError } from "../../forms/field-error";
import { LabelsField } from "../../forms/LabelsField";
import { PemField, PemSummary } from "../../forms/PemField";
import { FIELD, focusField } from "../../forms/use-refusal";
import type { Language } from "../../i18n/language";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import type { BulkEdit, PlannedEdit } from "../../model/bulk-edit";
import { planEdits } from "../../model/bulk-edit";
import { countLabels, parseLabels } from "../../model/labels";
import type { PemInput } from "../../model/pem";
import { PasswordField } from "../../ui/PasswordField";
import type { Scheme } from "../../util/broker-url";
import { SCHEMES_AND_PORTS } from "../../util/broker-url";
import type { Failure } from "../../util/run-for-each";
import { runForEach } from "../../util/run-for-each";
import classes from "./BulkEditDialog.module.css";
import { BulkModal } from "./BulkModal";

interface Props {
  connections: readonly Connection[];
  onClose: () => void;
  /** Called once it has succeeded for all of them. */
  onDone: () => void;
}

/** The most connections to list. */
const MAX_SHOWN = 200;

/** No failures to list. */
const NONE: readonly Failure<Connection>[] = [];

type Way = "keep" | "replace" | "remove";

const SCHEMES = Object.keys(SCHEMES_AND_PORTS) as Scheme[];

/** Changes the CA, the credentials, the labels or the scheme of many connections; first it shows what that means for each. */
export function BulkEditDialog({ connections: selected, onClose, onDone }: Props) {
  const t = usePageMessages();
  const notify = useOutcomeNotification();
  const language = useLanguage();
  // Frozen, so that the user confirms exactly what is listed. After failures it is those that failed.
  const [connections, setConnections] = useState(selected);
  const [scheme, setScheme] = useState<Scheme>();
  const [caWay, setCaWay] = useState<Way>("keep");
  const [ca, setCa] = useState<PemInput>("");
  const [userWay, setUserWay] = useState<Way>("keep");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [set, setSet] = useState("");
  const [unset, setUnset] = useState("");
  const [done, setDone] = useState(0);
  /** How many connections the latest run has tried to change. */
  const [tried, setTried] = useState(0);
  /** What all runs have changed. */
  const [changed, setChanged] = useState<readonly PlannedEdit[]>([]);

  const keys = useMemo(() => [...countLabels(connections).keys()], [connections]);

  const wrongCa = useMemo(() => caFault(ca, language), [ca, language]);
  const isComplete = (caWay !== "replace" || (ca !== "" && !wrongCa)) && (userWay !== "replace" || username !== "");
  const plan = useMemo(() => {
    const edit: BulkEdit = {
      scheme,
      ca: { keep: undefined, replace: wrongCa ? undefined : ca || undefined, remove: "" }[caWay],
      credentials: {
        keep: undefined,
        replace: username === "" ? undefined : { username, password },
        remove: { username: "", password: "" },
      }[userWay],
      labels: { ...removing(unset), ...parseLabels(set) },
    };
    return planEdits(edit, connections);
  }, [connections, scheme, caWay, ca, wrongCa, userWay, username, password, set, unset]);
  const isChosen = scheme !== undefined || caWay !== "keep" || userWay !== "keep" || set !== "" || unset !== "";

  /** The ETag of each changed connection: what has changed since is not taken back. */
  const [tags] = useState(() => new Map<string, string | undefined>());
  const run = useMutation({
    onMutate: () => setTried(plan.length),
    mutationFn: async () => {
      const failed = await runForEach(
        plan,
        async ({ connection, patch }) => tags.set(connection.id, await patchSeenConnection(connection, patch)),
        setDone,
      );
      const latest = await fetchLatest(failed.map(({ item }) => item.connection));
      return { failed: failed.map(({ item, error }) => ({ item: item.connection, error })), latest };
    },
    onSuccess: ({ failed, latest }) => {
      const errors = new Set(failed.map(({ item }) => item));
      const all = [...changed, ...plan.filter(({ connection }) => !errors.has(connection))];
      setChanged(all);
      if (failed.length > 0) {
        setConnections(latest);
        return;
      }
      onDone();
      close(all);
    },
  });
  const shown = new Set(["labels", ...(caWay === "replace" ? ["ca"] : [])]);
  if (userWay === "replace") shown.add("username").add("password");
  const shared = run.data && run.data.failed.length === tried ? sharedFault(run.data.failed, language) : undefined;
  // What is the same for all of them is said once, at its field.
  const fault = shared && shown.has(shared.field) ? shared : undefined;
  const errorOf = (field: FieldError["field"]) => (fault?.field === field ? fault.text : undefined);
  const fields = useRef<HTMLDivElement>(null);
  const faultyField = fault?.field;
  useEffect(() => {
    if (faultyField) focusField(fields.current?.querySelector(`[${FIELD}="${faultyField}"]`));
  }, [faultyField]);
  /** A setter after which the failures, which are about what was entered before, are gone. */
  const edit =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      if (run.isPending) return;
      if (run.data) run.reset();
      set(value);
    };
  /** Failures are listed here, so the notification with its undo waits until they have been read. */
  const close = (all: readonly PlannedEdit[]) => {
    onClose();
    if (all.length > 0) notifyDone(all);
  };
  const notifyDone = (changed: readonly PlannedEdit[]) => {
    const text = t.bulkEdit.done(changed.length);
    if (changed.some(({ undo }) => undo === undefined)) {
      notify(text);
      return;
    }
    notify(text, {
      run: async () => {
        const failed = await runForEach(changed, async ({ connection: { id }, undo }) => {
          if (undo) await patchConnection(id, undo, tags.get(id));
        });
        return failed.map(({ item, error }) => ({ item: item.connection, error }));
      },
      done: t.bulkEdit.undone(changed.length),
    });
  };

  return (
    <BulkModal
      title={t.bulkEdit.title(connections.length)}
      run={{ ...run, data: fault ? NONE : run.data?.failed }}
      canRepeat
      hasChanged={changed.length > 0}
      isDirty={isChosen && !run.data}
      canRun={plan.length > 0 && isComplete}
      all={tried}
      done={done}
      submit={{ label: t.bulkEdit.change(plan.length) }}
      onClose={() => close(changed)}
    >
      <div ref={fields} className={classes.fields}>
        <NativeSelect
          data-autofocus
          label={t.bulkEdit.scheme}
          description={t.bulkEdit.schemeText}
          value={scheme ?? ""}
          data={[
            { value: "", label: t.bulkEdit.keep },
            ...SCHEMES.map((each) => ({ value: each, label: `${each}://` })),
          ]}
          onChange={({ currentTarget: { value } }) => edit(setScheme)(SCHEMES.find((each) => each === value))}
        />
        <div className={classes.pair}>
          <LabelsField label={t.labels.set} value={set} error={errorOf("labels")} onChange={edit(setSet)} />
          <NativeSelect
            label={t.labels.unset}
            value={unset}
            data={[{ value: "", label: t.labels.unsetNone }, ...keys]}
            onChange={(event) => edit(setUnset)(event.currentTarget.value)}
          />
        </div>
        <WayChoice label={t.bulkEdit.ca} value={caWay} onChange={edit(setCaWay)}>
          <PemField
            field="ca"
            label={t.form.ca}
            description={t.form.caText}
            value={ca}
            error={wrongCa ?? errorOf("ca")}
            onChange={edit(setCa)}
          />
        </WayChoice>
        <WayChoice label={t.bulkEdit.credentials} value={userWay} onChange={edit(setUserWay)}>
          <div className={classes.pair}>
            <TextInput
              wrapperProps={{ [FIELD]: "username" }}
              label={t.form.username}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={username}
              error={errorOf("username")}
              onChange={(event) => edit(setUsername)(event.currentTarget.value)}
            />
            <PasswordField
              wrapperProps={{ [FIELD]: "password" }}
              label={t.form.password}
              autoComplete="new-password"
              value={password}
              error={errorOf("password")}
              onChange={(event) => edit(setPassword)(event.currentTarget.value)}
            />
          </div>
        </WayChoice>
      </div>
      <h3 className={classes.title}>{t.bulkEdit.plan}</h3>
      {plan.length > 0 && (
        // Focusable, so that the keyboard can scroll it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <ul className={classes.plan} tabIndex={0} aria-label={t.bulkEdit.plan}>
          {plan.slice(0, MAX_SHOWN).map((edit) => (
            <PlanLine key={edit.connection.id} edit={edit} hasPassword={password !== ""} />
          ))}
          {plan.length > MAX_SHOWN && <li>{t.fleet.andMore(plan.length - MAX_SHOWN)}</li>}
        </ul>
      )}
      {!isChosen && <p className={classes.note}>{t.bulkEdit.nothing}</p>}
      {isChosen && isComplete && plan.length < connections.length && (
        <p className={classes.note}>{t.bulkEdit.unchanged(connections.length - plan.length)}</p>
      )}
    </BulkModal>
  );
}

/** What is wrong with one field, if that is why each of them has failed. */
function sharedFault(failed: readonly Failure<Connection>[], language: Language): FieldError | undefined {
  const [first, ...others] = failed.map(({ error }) =>
    // That is about what is stored, and not about what was entered.
    error instanceof ApiError && error.isUnreadable ? undefined : fieldError(error, language),
  );
  return others.every((each) => each?.field === first?.field && each?.text === first?.text) ? first : undefined;
}

/** The change that removes the label of a key; none if it is empty. */
function removing(key: string): Record<string, null> {
  return key === "" ? {} : { [key]: null };
}

interface WayChoiceProps {
  label: string;
  value: Way;
  onChange: (value: Way) => void;
  /** The fields for a replacement. */
  children: ReactNode;
}

function WayChoice({ label, value, onChange, children }: WayChoiceProps) {
  const { bulkEdit } = usePageMessages();
  const id = useId();
  return (
    <div>
      <p className={classes.label} id={id}>
        {label}
      </p>
      <SegmentedControl
        aria-labelledby={id}
        size="xs"
        value={value}
        data={(["keep", "replace", "remove"] as const).map((way) => ({ value: way, label: bulkEdit[way] }))}
        onChange={(way) => onChange(way as Way)}
      />
      {value === "replace" && children}
    </div>
  );
}

/** What changes in one connection, as `before → after`. */
function PlanLine({
  edit: { connection, url, ca, username, labels },
  hasPassword,
}: {
  edit: PlannedEdit;
  hasPassword: boolean;
}) {
  const { bulkEdit, fleet, form } = usePageMessages();
  const pem = (value: PemInput | undefined) =>
    value === undefined ? bulkEdit.removed : <PemSummary value={value} name={undefined} />;
  const text = (value: string | undefined) => (value === undefined ? bulkEdit.removed : <bdi>{value}</bdi>);
  return (
    <li>
      <bdi>{connection.name}</bdi>
      {url && (
        <p>
          {text(url.from)} → {text(url.to)}
        </p>
      )}
      {ca && (
        <p>
          {bulkEdit.ca}: {pem(ca.from)} → {pem(ca.to)}
        </p>
      )}
      {labels && (
        <p>
          {fleet.labels}: {text(labels.from)} → {text(labels.to)}
        </p>
      )}
      {username && (
        <p>
          {form.username}: {text(username.from)} → {text(username.to)}
          {username.to !== undefined && hasPassword && `, ${bulkEdit.newPassword}`}
        </p>
      )}
    </li>
  );
}
