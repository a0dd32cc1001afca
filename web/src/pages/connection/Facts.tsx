import type { Connection } from "../../api/schema";
import { useProfile } from "../../api/session";
import { useLanguage, useWords } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { Facts } from "../../ui/Facts";
import { expiry } from "../../util/certificate-age";
import { may } from "../../util/may";
import { day, moment, useNow } from "../../util/time";
import classes from "./Facts.module.css";

/** What the broker tells about itself, while the link is up. */
export function BrokerFacts({ connection: { broker } }: { connection: Connection }) {
  const words = useWords();
  const language = useLanguage();
  const tls = broker?.tls;
  const end = expiry(tls?.notAfter, useNow(60_000));
  if (!broker) return null;
  return (
    <Card title={words.connection.broker}>
      <Facts
        facts={[
          [words.connection.version, broker.version ?? words.connection.unknownVersion[broker.sys ?? "granted"]],
          [words.connection.protocol, broker.protocolVersion],
          [words.connection.upSince, broker.startedAt && moment(broker.startedAt, language)],
          [words.connection.tls, tls?.version ?? words.connection.plain],
          [
            words.connection.certificate,
            tls?.notAfter && (
              <span className={end === "fine" ? undefined : classes.warn}>
                {end === "over" ? words.fleet.expired : words.connection.validUntil(day(tls.notAfter, language))}
              </span>
            ),
          ],
          [
            words.connection.legacy,
            tls?.legacyCertificate && <span className={classes.warn}>{words.connection.legacyText}</span>,
          ],
          [words.connection.skipped, broker.skippedMessages],
        ]}
      />
    </Card>
  );
}

/** How haltere goes to the broker. */
export function LinkFacts({ connection }: { connection: Connection }) {
  const words = useWords();
  const { id, url, credentials, rejectUnauthorized, ca, cert, tls } = connection;
  const isTls = /^(mqtts|wss):/.test(url);
  // The fleet brings certificates only to those who may change them; to others, none means nothing.
  const isTold = may(useProfile(), "changeConnections");
  return (
    <Card title={words.connection.link}>
      <Facts
        facts={[
          [words.connection.url, <code key="url">{url}</code>],
          [words.connection.id, <code key="id">{id}</code>],
          [words.connection.user, credentials?.username ?? words.connection.anonymous],
          [words.connection.clientId, credentials?.clientId],
          [
            words.connection.verify,
            isTls &&
              (rejectUnauthorized === false ? (
                <span className={classes.warn}>{words.connection.no}</span>
              ) : (
                words.connection.yes
              )),
          ],
          [words.connection.ca, isTls && (ca ? words.connection.ownCa : isTold && words.connection.systemRoots)],
          [
            words.connection.clientCertificate,
            isTls && (cert ? words.connection.present : isTold && words.connection.absent),
          ],
          [words.form.serverName, isTls && tls?.serverName],
          [words.form.alpn, isTls && tls?.alpn?.join(", ")],
        ].filter((fact): fact is [string, string] => fact[1] !== false)}
      />
    </Card>
  );
}
