import type {
  ActivityEntry,
  AuditEntry,
  Certificate,
  Connection,
  ConnectionCertificates,
  ConnectionsEvent,
  ConnectionTest,
  SecondFactorSetup,
  StatusChange,
  Token,
  User,
} from "../../src/api/schema";
import { MACHINES } from "./demo-fleet";
import type { DisplayNames } from "./display-names";
import type { Rewriter } from "./rewriting-proxy";
import { DAY, HOUR, MINUTE, NOW, toDisplayedTime } from "./timestamps";

/** The ages of earlier changes relative to the latest one, for a link that is up and one that is down. */
const AGES_UP = [
  0,
  7 * MINUTE,
  7 * MINUTE + 2_000,
  31 * HOUR,
  31 * HOUR + 46 * MINUTE,
  31 * HOUR + 46 * MINUTE + 2_000,
];
const AGES_DOWN = [0, 2_000, 3 * DAY, 3 * DAY + 26 * MINUTE, 3 * DAY + 26 * MINUTE + 2_000];
const AGE_OF_FIRST = 9 * DAY;

/** The displayed duration of each stage of a test, in milliseconds. */
const ELAPSED: Readonly<Record<string, number>> = { dns: 0.3, tcp: 0.6, tls: 4.2, mqtt: 1.7, subscribe: 0.9 };

const FINGERPRINT = /\b(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\b/g;

/** A date within a sentence; dates in data include a time. */
const DAY_IN_WORDS = /\b20\d\d-\d\d-\d\d\b(?!T)/g;

/** What users did, by age. */
const AUDIT: readonly (readonly [age: number, entry: Partial<ActivityEntry>])[] = [
  [24 * MINUTE, { user: "nina", action: "connection.update", object: "kiln-2", name: "Kiln 2", detail: "url" }],
  [
    41 * MINUTE,
    { user: "nina", action: "connection.update", object: "packing-3", name: "Packing 3", detail: "labels" },
  ],
  [52 * MINUTE, { user: "omar", action: "connection.connect", object: "mill-3", name: "Mill 3" }],
  [2 * HOUR + 31 * MINUTE, { user: "omar", action: "connection.test" }],
  [5 * HOUR + MINUTE, { user: "nina", action: "connection.create", object: "gatehouse", name: "Gatehouse" }],
  [5 * HOUR + 12 * MINUTE, { user: "nina", action: "session.login" }],
  [14 * HOUR, { user: "admin", action: "connection.export", detail: "42 connections, without secrets" }],
];

interface Session {
  current: boolean;
  createdAt: string;
  lastUsedAt: string;
  address: string;
}

/** Rewrites haltere's responses to displayed names and times, the same in every run. */
export class DemoRewriter implements Rewriter {
  constructor(
    private readonly names: DisplayNames,
    private readonly fingerprints: ReadonlyMap<string, string>,
  ) {}

  rewriteRequest(text: string): string {
    return this.names.toReal(text);
  }

  rewriteResponse(path: string, text: string): string {
    const displayed = this.names
      .toDisplayed(text)
      .replaceAll(FINGERPRINT, (real) => this.fingerprints.get(real) ?? real)
      .replaceAll(DAY_IN_WORDS, (day) => toIso(toDisplayedTime(Date.parse(day))).slice(0, 10));
    return JSON.stringify(rewrite(path, JSON.parse(displayed, reviseSentence)));
  }
}

/**
 * Removes the advice that the broker runs on haltere's own machine, which is true only here, and rewrites the
 * dates in sentences.
 */
function reviseSentence(key: string, value: unknown): unknown {
  if (key === "date" && typeof value === "string") return toIso(toDisplayedTime(Date.parse(value)));
  const isAdvice = (key === "advice" || key === "adviceKeys") && Array.isArray(value);
  return isAdvice ? value.filter((line) => !/haltere itself runs on|hostIsHaltere/.test(JSON.stringify(line))) : value;
}

function rewrite(path: string, data: unknown): unknown {
  const [, id = "", part] = /^\/api\/connections\/([^/]+)\/(history|certificates)/.exec(path) ?? [];
  if (part === "history") return history(id, data as StatusChange[]);
  if (part === "certificates") return certificates(id, data as ConnectionCertificates);
  if (path.startsWith("/api/activity")) return activity(data as ActivityEntry[]);
  if (path.startsWith("/api/audit")) return auditTrail();
  if (path.startsWith("/api/events")) return event(data as ConnectionsEvent);
  if (path.startsWith("/api/connection-test")) return test(data as ConnectionTest & { stage?: string });
  if (path.startsWith("/api/profile/sessions")) return (data as Session[]).map(session);
  if (path === "/api/profile/second-factor") return SECOND_FACTOR;
  if (/^\/api\/(profile\/)?tokens$/.test(path) && Array.isArray(data)) return (data as Token[]).map(token);
  if (path === "/api/user-management/users") return (data as User[]).map(user);
  return data;
}

const ageOf = (id: string): number => MACHINES.find((machine) => machine.id === id)?.age ?? 0;

function event(data: ConnectionsEvent): ConnectionsEvent {
  return "changed" in data ? { ...data, changed: data.changed.map(connection) } : data;
}

function connection(data: Connection): Connection {
  const { id, status, broker } = data;
  const age = ageOf(id);
  return {
    ...data,
    ...(status && {
      status: {
        ...status,
        timestamp: NOW - age,
        ...(status.error && { state: "waiting", attempt: Math.ceil(age / MINUTE), nextAttempt: NOW + 23_000 }),
      },
    }),
    ...(broker && {
      broker: {
        ...broker,
        startedAt: toIso(NOW - age - 19 * MINUTE),
        ...(broker.tls && { tls: { ...broker.tls, ...rewriteEnd(broker.tls) } }),
      },
    }),
  };
}

function history(id: string, data: StatusChange[]): StatusChange[] {
  const earlier = data[0]?.error ? AGES_DOWN : AGES_UP;
  const isConnecting = data.at(-1)?.state === "connecting";
  const first = data.length - (isConnecting ? 2 : 1);
  return data.map((change, index) => {
    // The first attempt takes a second.
    if (index > first) return { ...change, timestamp: NOW - ageOf(id) - (first > 0 ? AGE_OF_FIRST : 0) - 1_000 };
    const before = index === first && index > 0 ? AGE_OF_FIRST : (earlier[index] ?? AGE_OF_FIRST);
    return { ...change, timestamp: NOW - ageOf(id) - before };
  });
}

/** The last day of the links, and invented entries of the audit trail. */
function activity(data: ActivityEntry[]): unknown[] {
  const seen = new Map<string, number>();
  const down = new Set<string>();
  const changes = data.flatMap((entry) => {
    if (entry.type === "audit") return [];
    const { connection: id } = entry;
    const index = seen.get(id) ?? 0;
    seen.set(id, index + 1);
    if (index === 0 && entry.error) down.add(id);
    const earlier = (down.has(id) ? AGES_DOWN : AGES_UP)[index] ?? AGE_OF_FIRST;
    return { ...entry, timestamp: NOW - ageOf(id) - earlier };
  });
  const audit = AUDIT.map(([age, entry]) => ({
    type: "audit",
    timestamp: NOW - age,
    address: "10.20.9.17",
    outcome: "success",
    ...entry,
  }));
  return [...changes, ...audit]
    .filter(({ timestamp }) => timestamp > NOW - DAY)
    .toSorted((one, other) => other.timestamp - one.timestamp);
}

/** The same invented entries as the audit trail itself has them. */
function auditTrail(): AuditEntry[] {
  return AUDIT.map(([age, entry], index) => {
    const { user = "admin", action = "", object, detail } = entry as Partial<ActivityEntry & { type: "audit" }>;
    return {
      sequence: 4711 - index,
      timestamp: NOW - age,
      actor: user,
      address: "10.20.9.17",
      requestId: `0199b6f2-8a51-7d0e-a3c1-0a1b2c3d4e${50 + index}`,
      action,
      objectKind: action.split(".")[0] ?? "",
      outcome: "success",
      ...(object !== undefined && { object }),
      ...(detail !== undefined && { detail }),
    };
  });
}

function certificates(id: string, data: ConnectionCertificates): ConnectionCertificates {
  const { broker, client } = data;
  return {
    client: client.map(certificate),
    ...(broker && {
      broker: {
        ...broker,
        presentedAt: toIso(broker.accepted ? NOW - ageOf(id) : NOW - 37_000),
        certificates: broker.certificates.map(certificate),
      },
    }),
  };
}

function certificate(data: Certificate): Certificate {
  const { notBefore } = data;
  return {
    ...data,
    ...(notBefore && { notBefore: toIso(toDisplayedTime(Date.parse(notBefore))) }),
    ...rewriteEnd(data),
  };
}

function rewriteEnd({ notAfter }: { notAfter?: string }): { notAfter?: string } {
  return notAfter === undefined ? {} : { notAfter: toIso(toDisplayedTime(Date.parse(notAfter))) };
}

function test(data: ConnectionTest & { stage?: string }): unknown {
  const timed = <T extends { stage?: string }>(stage: T): T =>
    "elapsedMs" in stage ? { ...stage, elapsedMs: ELAPSED[stage.stage ?? ""] ?? 1 } : stage;
  if ("stage" in data) return timed(data);
  return {
    ...data,
    stages: data.stages.map(timed),
    certificates: data.certificates.map(certificate),
  };
}

function session(data: Session, index: number): Session {
  return {
    ...data,
    createdAt: toIso(NOW - (2 + 31 * index) * HOUR),
    lastUsedAt: toIso(NOW - index * 9 * HOUR),
    address: `10.20.9.${14 + 3 * index}`,
  };
}

function user(data: User, index: number): User {
  return {
    ...data,
    ...(data.lastLogin !== undefined && { lastLogin: toIso(NOW - 7 * index * index * HOUR - MINUTE) }),
    ...(data.invitedUntil !== undefined && { invitedUntil: toIso(NOW + 2 * DAY) }),
  };
}

/** A second factor that is about to be set up. */
const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const SECOND_FACTOR: SecondFactorSetup = {
  secret: SECRET,
  uri: `otpauth://totp/haltere:admin?secret=${SECRET}&issuer=haltere`,
};

/** When tokens were created and last used, and when they expire, relative to the displayed time. */
const TOKEN_TIMES: Readonly<Record<string, readonly [issued: number, used: number | null, until: number]>> = {
  "agv dispatch": [-30 * DAY, -12 * MINUTE, 60 * DAY + HOUR],
  ci: [-86 * DAY, -3 * HOUR, 4 * DAY + HOUR],
  grafana: [-120 * DAY, -MINUTE, 245 * DAY + HOUR],
  inventory: [-34 * DAY, -9 * DAY, -4 * DAY],
};

function token(data: Token): Token {
  const [issued, used, until] = TOKEN_TIMES[data.name] ?? [0, null, 30 * DAY];
  return {
    ...data,
    issueDate: toIso(NOW + issued),
    lastUsed: used === null ? null : toIso(NOW + used),
    validUntil: toIso(NOW + until),
    valid: until > 0,
  };
}

const toIso = (at: number): string => new Date(at).toISOString();
