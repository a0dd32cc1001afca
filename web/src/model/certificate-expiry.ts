import type { Connection } from "../api/schema";
import { expiryState } from "../util/certificate-validity";

/** Whose a certificate of a connection is: the broker's, or the client certificate that haltere presents. */
type CertificateOwner = "broker" | "client";

/** When a certificate of a connection expires. */
interface CertificateEnd {
  readonly owner: CertificateOwner;
  readonly notAfter: string;
}

/** Connections with a certificate that expires soon or has expired. */
export interface ExpiringCertificates {
  /** When the first of the certificates expires, in milliseconds since 1970. */
  readonly first: number;
  /** How many of the connections have such a certificate, by its owner; some have two. */
  readonly byOwner: Readonly<Record<CertificateOwner, number>>;
  /** The connections, the one whose certificate expires first at the start. */
  readonly connections: readonly Connection[];
}

/** The certificates of a connection whose end is known, the one that expires first at the start. */
function certificateEnds({ broker, certNotAfter }: Connection): CertificateEnd[] {
  const ends: CertificateEnd[] = [];
  if (broker?.tls?.notAfter) ends.push({ owner: "broker", notAfter: broker.tls.notAfter });
  if (certNotAfter) ends.push({ owner: "client", notAfter: certNotAfter });
  return ends.toSorted((a, b) => Date.parse(a.notAfter) - Date.parse(b.notAfter));
}

/** The certificate of a connection that expires first; undefined if none is known. */
export function firstCertificateEnd(connection: Connection): CertificateEnd | undefined {
  return certificateEnds(connection)[0];
}

/** Whether a certificate expires within 30 days or has expired. `now` is in milliseconds since 1970. */
const isExpiring = ({ notAfter }: CertificateEnd, now: number) => expiryState(notAfter, now) !== "valid";

/** Whether a certificate of a connection expires within 30 days or has expired. `now` is in milliseconds since 1970. */
export function hasExpiringCertificate(connection: Connection, now: number): boolean {
  return certificateEnds(connection).some((end) => isExpiring(end, now));
}

/** All such connections; undefined if there are none. */
export function findExpiringCertificates(all: Iterable<Connection>, now: number): ExpiringCertificates | undefined {
  const byOwner = { broker: 0, client: 0 };
  const found: { connection: Connection; first: number }[] = [];
  for (const connection of all) {
    const ends = certificateEnds(connection).filter((end) => isExpiring(end, now));
    for (const { owner } of ends) byOwner[owner] += 1;
    if (ends[0]) found.push({ connection, first: Date.parse(ends[0].notAfter) });
  }
  const sorted = found.toSorted((a, b) => a.first - b.first);
  const [earliest] = sorted;
  return earliest && { first: earliest.first, byOwner, connections: sorted.map(({ connection }) => connection) };
}
