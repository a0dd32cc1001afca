import type { TestStage } from "../api/connection-test";
import type { Connection, ConnectionCertificates } from "../api/schema";
import type { Messages } from "../i18n/en";
import { formatRunTime } from "../util/format-time";
import { displayState } from "./display-state";
import { failureAddress } from "./failure-groups";

interface Facts {
  readonly connection: Connection;
  /** The reason of the failure, in the user's language. */
  readonly reason?: string | undefined;
  readonly certificates?: ConnectionCertificates | undefined;
  /** The stages of the latest test. */
  readonly stages?: readonly TestStage[] | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The language of the messages. */
  readonly language: string;
}

/** What is known about a connection, as text for a ticket: times in UTC, no secrets. */
export function diagnosis(
  { connection, reason, certificates, stages = [], now, language }: Facts,
  t: Messages,
): string {
  const { name, id, url, status, broker } = connection;
  const error = status?.error;
  const chain = certificates?.broker;
  const texts = t.diagnosis;
  const lines: (readonly [string, string | number | undefined])[] = [
    [texts.time, utc(now)],
    [t.connection.id, id],
    [t.connection.url, withoutQuery(url)],
    [t.fleet.state, t.states[displayState(connection)]],
    [t.fleet.changed, status && `${utc(status.timestamp)}${status.sinceKnown === false ? ` ${texts.orBefore}` : ""}`],
    [texts.code, error?.code],
    [texts.reason, reason ?? error?.message],
    [texts.stage, error && `${error.stage} (${t.stages[error.stage]})`],
    [texts.address, failureAddress(error)],
    [texts.attempt, status?.attempt],
    [texts.nextTry, status?.nextAttempt && utc(status.nextAttempt)],
    [t.connection.version, broker?.version],
    [t.connection.protocol, broker?.protocolVersion],
    [t.connection.tls, broker?.tls?.version],
    ...stages.map((stage) => [texts.test, stageText(stage, t, language)] as const),
    ...(chain?.certificates ?? []).flatMap(
      ({ subject, issuer, notBefore, notAfter, fingerprint }) =>
        [
          [t.connection.certificate, subject],
          [`  ${t.certificates.issuer}`, issuer],
          [`  ${t.certificates.from}`, notBefore],
          [`  ${t.certificates.until}`, notAfter],
          [`  ${t.certificates.fingerprint}`, fingerprint],
        ] as const,
    ),
    [texts.verdict, chain && (chain.accepted ? t.certificates.accepted : t.certificates.refused)],
  ];
  const present = lines.flatMap(([label, value]) =>
    value === undefined || value === "" ? [] : `${label}: ${oneLine(value)}`,
  );
  return `${[oneLine(name), ...present].join("\n")}\n`;
}

function stageText(
  { stage, state, elapsedMs, detail }: TestStage,
  { form, stageNames, loading }: Messages,
  language: string,
): string {
  const outcome = { passed: form.passed, failed: form.failed, running: loading }[state];
  const time = elapsedMs === undefined ? "" : `, ${formatRunTime(elapsedMs, language)}`;
  // The server's sentences are English: why a stage has failed, and what the subscription has found.
  const isSentence = state === "failed" || stage === "subscribe";
  const found = detail && (language === "en" || !isSentence) ? `, ${detail}` : "";
  return `${stageNames[stage]}: ${outcome}${time}${found}`;
}

/** The path of a WebSocket URL may end with a token. */
function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, "?…");
}

function utc(time: number): string {
  return new Date(time).toISOString();
}

/** Texts of brokers must not look like further lines. */
function oneLine(value: string | number): string {
  return String(value)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}
