import { Link } from "@tanstack/react-router";

import type { Connection } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { LocalDate, LocalTime } from "../../components/LocalTime";
import { useNow } from "../../hooks/use-now";
import { usePageMessages } from "../../i18n/page-messages";
import { labelTexts } from "../../model/label-selector";
import { linkTo } from "../../model/paths";
import { versionText } from "../../model/version-text";
import { Card } from "../../ui/Card";
import { PropertyList } from "../../ui/PropertyList";
import { isTls } from "../../util/broker-url";
import { expiryState } from "../../util/certificate-validity";
import classes from "./Properties.module.css";

/** What the broker reports while the link is up. */
export function BrokerProperties({ connection }: { connection: Connection }) {
  const t = usePageMessages();
  const now = useNow(60_000);
  const { broker } = connection;
  const tls = broker?.tls;
  const end = expiryState(tls?.notAfter, now);
  if (!broker) return null;
  return (
    <Card title={t.connection.broker}>
      <PropertyList
        properties={[
          [t.connection.version, versionText(connection, now, t)],
          [t.connection.protocol, broker.protocolVersion],
          [t.connection.upSince, broker.startedAt && <LocalTime key="up" time={broker.startedAt} />],
          [t.connection.tls, tls?.version ?? t.connection.plain],
          [
            t.connection.certificate,
            tls?.notAfter && (
              <span className={end === "valid" ? undefined : classes.warn}>
                {end === "expired" ? (
                  t.fleet.expired.broker
                ) : (
                  <LocalDate time={tls.notAfter} format={t.connection.validUntil} />
                )}
              </span>
            ),
          ],
          [
            t.connection.legacy,
            tls?.legacyCertificate && <span className={classes.warn}>{t.connection.legacyText}</span>,
          ],
          [t.connection.skipped, broker.skippedMessages],
          [
            t.refusedFilters,
            broker.refusedFilters?.map(({ filter, reason }) => (
              <span key={filter} className={classes.filter}>
                <code>{filter}</code> {reason}
              </span>
            )),
          ],
        ]}
      />
    </Card>
  );
}

/** The settings of the link. */
export function LinkProperties({ connection }: { connection: Connection }) {
  const t = usePageMessages();
  const { id, url, credentials, rejectUnauthorized, ca, cert, tls, labels } = connection;
  const usesTls = isTls(url);
  // Only users with this permission get certificates; for others an absent one means nothing.
  const seesCertificates = hasPermission(useProfile(), "connections.update");
  return (
    <Card title={t.connection.link}>
      <PropertyList
        properties={[
          [t.connection.url, <code key="url">{url}</code>],
          [t.connection.id, <code key="id">{id}</code>],
          [t.connection.user, credentials?.username ?? t.connection.anonymous],
          [t.connection.clientId, credentials?.clientId],
          [
            t.connection.verify,
            usesTls &&
              (rejectUnauthorized === false ? (
                <span className={classes.warn}>{t.connection.no}</span>
              ) : (
                t.connection.yes
              )),
          ],
          [t.connection.ca, usesTls && (ca ? t.connection.ownCa : seesCertificates && t.connection.systemRoots)],
          [
            t.connection.clientCertificate,
            usesTls && (cert ? t.connection.present : seesCertificates && t.connection.absent),
          ],
          [t.form.serverName, usesTls && tls?.serverName],
          [t.form.alpn, usesTls && tls?.alpn?.join(", ")],
          [
            t.fleet.labels,
            labels && (
              <span key="labels" className={classes.labels}>
                {labelTexts(labels).map((text) => (
                  <Link key={text} {...linkTo.fleet({ label: text })} className={classes.label}>
                    {text}
                  </Link>
                ))}
              </span>
            ),
          ],
        ].filter((fact): fact is [string, string] => fact[1] !== false)}
      />
    </Card>
  );
}
