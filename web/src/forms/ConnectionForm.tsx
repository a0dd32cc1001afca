import { Alert, Button, Group, PasswordInput, Switch, TextInput, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconStethoscope } from "@tabler/icons-react";
import { useHotkeys } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useEffect, useRef, useState } from "react";

import { ApiFailure } from "../api/client";
import type { Tested } from "../api/connection-test";
import { testConnection } from "../api/connection-test";
import { LeaveGuard } from "../components/LeaveGuard";
import { useWords } from "../i18n/language";
import { isTls, urlFault } from "../util/broker-url";
import { failureText } from "../util/failure-text";
import { bringsKey } from "../util/pem";
import classes from "./ConnectionForm.module.css";
import type { Draft } from "./draft";
import type { OutdatedProps } from "./Outdated";
import { Outdated } from "./Outdated";
import { PemField } from "./PemField";
import type { Test } from "./TestPanel";
import { TestPanel } from "./TestPanel";

interface Props {
  title: string;
  /** What stands in the form at first; a later one does not disturb what was typed. */
  initial: Draft;
  isNew: boolean;
  /** What a test of the draft dials. */
  tested: (draft: Draft) => Tested;
  /** Stores it; the page to go to afterwards comes back. */
  onSave: (draft: Draft) => Promise<() => void>;
  onCancel: () => void;
  /** What can be done when somebody else has saved meanwhile. */
  outdated?: Pick<OutdatedProps, "initial" | "newer" | "onReload"> & {
    /** Stores what was changed over the newer version. */
    onKeep: (draft: Draft) => Promise<() => void>;
  };
}

/** Fields that have no effect without TLS. */
const TLS = ["ca", "cert", "key", "alpn", "serverName"] as const;
/** The fields that show what is wrong with them. */
const PLACED = ["name", "id", "url", "username", "password", "clientId", ...TLS] as const;
/** What is judged together: a key belongs to a certificate. */
const PAIR: readonly Placed[] = ["cert", "key"];

type Placed = (typeof PLACED)[number];

/** A connection to create or to change. It can be saved though its broker is away. */
export function ConnectionForm({ title, initial, isNew, tested, onSave, onCancel, outdated }: Props) {
  const words = useWords();
  const [draft, setDraft] = useState(initial);
  const [wasLeft, setLeft] = useState(false);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const fault = urlFault(draft.url);
  const test = useTest(() => tested(draft));
  // What the server was asked about last.
  const [judged, setJudged] = useState(initial);
  const isSaved = useRef(false);
  const save = useMutation({
    mutationFn: (keep: boolean) => (keep && outdated ? outdated.onKeep : onSave)(draft),
    onMutate: () => {
      setJudged(draft);
      test.forget();
    },
    onSuccess: (leave) => {
      isSaved.current = true;
      leave();
    },
  });
  // The server names the field a fault is in: `url: port 70000 is out of range`.
  const refusal = save.error ?? test.error;
  const wrong = refusal instanceof ApiFailure ? /^([a-zA-Z.]+): (.*)$/s.exec(refusal.message) : null;
  const isAbout = (field: Placed) => wrong?.[1]?.split(".").includes(field) ?? false;
  const isEdited = (field: Placed) =>
    (PAIR.includes(field) ? PAIR : [field]).some((name) => draft[name] !== judged[name]);
  // What was said of a field is no longer true once it is edited.
  const at = (field: Placed) => (isAbout(field) && !isEdited(field) ? wrong?.[2] : undefined);
  const isPlaced = PLACED.some((field) => isAbout(field) && (isNew || field !== "id"));

  const isOutdated = outdated && save.error instanceof ApiFailure && save.error.isOutdated;

  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault();
    setLeft(true);
    if (!fault && draft.name.trim()) save.mutate(false);
  };

  useHotkeys([["mod+Enter", submit]], []);

  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <LeaveGuard isDirty={() => !isSaved.current && JSON.stringify(draft) !== JSON.stringify(initial)} />
      <h1>{title}</h1>
      {isOutdated && (
        <Outdated
          {...outdated}
          isBusy={save.isPending}
          onKeep={() => save.mutate(true)}
          onReload={() => {
            isSaved.current = true;
            outdated.onReload();
          }}
        />
      )}
      {refusal && !isPlaced && !isOutdated && (
        <Alert color="red" variant="light" mb="md" role="alert" title={words.errors.title}>
          {failureText(refusal, words)}
        </Alert>
      )}
      <Fields>
        <TextInput
          label={words.form.name}
          required
          autoFocus={isNew}
          maxLength={128}
          value={draft.name}
          error={at("name") ?? (wasLeft && !draft.name.trim() ? words.form.needed : undefined)}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <TextInput
          label={words.form.url}
          description={words.form.urlText}
          placeholder="mqtts://broker.example:8883"
          required
          inputMode="url"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={draft.url}
          error={
            at("url") ??
            (fault && (wasLeft || draft.url.includes("://")) && fault !== "host"
              ? words.form.urlFaults[fault]
              : wasLeft && fault
                ? words.form.urlFaults[fault]
                : undefined)
          }
          onChange={(event) => set({ url: event.currentTarget.value })}
          onBlur={() => set({ url: draft.url.trim() })}
        />
      </Fields>
      <Fields title={words.form.credentials}>
        <div className={classes.pair}>
          <TextInput
            label={words.form.username}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={draft.username}
            error={at("username")}
            onChange={(event) => set({ username: event.currentTarget.value })}
          />
          <PasswordInput
            label={words.form.password}
            autoComplete="new-password"
            placeholder={draft.password === undefined ? words.form.kept : ""}
            value={draft.password ?? ""}
            error={at("password")}
            onChange={(event) => set({ password: event.currentTarget.value })}
          />
        </div>
      </Fields>
      {(isTls(draft.url) || TLS.some((field) => at(field))) && (
        <Fields title="TLS">
          <Switch
            label={words.form.verify}
            description={words.form.verifyText}
            checked={draft.verify}
            onChange={(event) => set({ verify: event.currentTarget.checked })}
          />
          <PemField
            label={words.form.ca}
            description={words.form.caText}
            value={draft.ca}
            error={at("ca")}
            onChange={(ca) => set({ ca })}
          />
          <More
            title={words.form.clientCertificate}
            isOpen={draft.cert !== ""}
            mustOpen={Boolean(at("cert") ?? at("key"))}
          >
            <PemField
              label={words.form.cert}
              description={words.form.certText}
              value={draft.cert}
              error={at("cert")}
              note={bringsKey(draft.cert) && !draft.key ? words.form.keyInCert : undefined}
              onChange={(cert) => set({ cert })}
            />
            <PemField
              label={words.form.key}
              description={words.form.keyText}
              value={draft.key}
              error={at("key")}
              onChange={(key) => set({ key })}
            />
          </More>
          <More
            title={words.form.handshake}
            isOpen={draft.alpn !== "" || draft.serverName !== ""}
            mustOpen={Boolean(at("alpn") ?? at("serverName"))}
          >
            <TextInput
              label={words.form.serverName}
              description={words.form.serverNameText}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={draft.serverName}
              error={at("serverName")}
              onChange={(event) => set({ serverName: event.currentTarget.value })}
            />
            <TextInput
              label={words.form.alpn}
              description={words.form.alpnText}
              placeholder="x-amzn-mqtt-ca"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={draft.alpn}
              error={at("alpn")}
              onChange={(event) => set({ alpn: event.currentTarget.value })}
            />
          </More>
        </Fields>
      )}
      <More
        title={words.form.advanced}
        isOpen={draft.clientId !== "" || draft.noMetricsMode === true}
        mustOpen={Boolean(at("id") ?? at("clientId"))}
      >
        {isNew && (
          <TextInput
            label={words.form.id}
            description={words.form.idText}
            maxLength={128}
            value={draft.id}
            error={at("id")}
            onChange={(event) => set({ id: event.currentTarget.value })}
          />
        )}
        <TextInput
          label={words.form.clientId}
          description={words.form.clientIdText}
          value={draft.clientId}
          error={at("clientId")}
          onChange={(event) => set({ clientId: event.currentTarget.value })}
        />
        <Switch
          label={words.form.metrics}
          description={words.form.metricsText}
          checked={draft.noMetricsMode !== true}
          onChange={(event) => set({ noMetricsMode: metricsMode(event.currentTarget.checked, initial) })}
        />
      </More>
      {test.shown && <TestPanel test={test.shown} onTrust={(ca) => set({ ca })} />}
      <Group className={classes.buttons} wrap="nowrap" gap="xs">
        <Button
          variant="default"
          leftSection={<IconStethoscope size={16} />}
          disabled={fault !== undefined}
          loading={test.isRunning}
          onClick={() => {
            setJudged(draft);
            save.reset();
            test.run();
          }}
        >
          {words.form.test}
        </Button>
        <span className={classes.gap} />
        <Button variant="subtle" color="gray" onClick={onCancel}>
          {words.cancel}
        </Button>
        <Button type="submit" loading={save.isPending}>
          {words.save}
        </Button>
      </Group>
    </form>
  );
}

/** What `noMetricsMode` says when the switch stands so. One that is back where it was has changed nothing. */
function metricsMode(isAsked: boolean, { noMetricsMode }: Draft): boolean | undefined {
  if (!isAsked) return true;
  return noMetricsMode === true ? false : noMetricsMode;
}

function useTest(tested: () => Tested) {
  const [shown, setShown] = useState<Test>();
  const running = useRef<AbortController | undefined>(undefined);
  // Nobody waits for a test of a form that is gone.
  useEffect(() => () => running.current?.abort(), []);
  const test = useMutation({
    mutationFn: async () => {
      running.current?.abort();
      running.current = new AbortController();
      setShown({ stages: [] });
      const result = await testConnection(tested(), (stages) => setShown({ stages }), running.current.signal);
      setShown((before) => ({ stages: before?.stages ?? [], result }));
    },
    onError: () => setShown(undefined),
  });
  return { shown, error: test.error, isRunning: test.isPending, run: () => test.mutate(), forget: () => test.reset() };
}

function Fields({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <fieldset className={classes.fields}>
      {title && <legend>{title}</legend>}
      {children}
    </fieldset>
  );
}

interface MoreProps {
  title: string;
  isOpen: boolean;
  /** What is wrong is in here, and has to be seen. */
  mustOpen: boolean;
  children: ReactNode;
}

function More({ title, isOpen, mustOpen, children }: MoreProps) {
  const [wasOpened, setOpen] = useState(isOpen);
  const open = wasOpened || mustOpen;
  return (
    <div>
      <UnstyledButton className={classes.more} aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
        {title}
      </UnstyledButton>
      {open && <div className={classes.opened}>{children}</div>}
    </div>
  );
}
