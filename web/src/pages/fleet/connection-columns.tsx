import { Link } from "@tanstack/react-router";
import { useMemo } from "react";

import type { Connection } from "../../api/schema";
import { LocalDate } from "../../components/LocalTime";
import { Since } from "../../components/Since";
import { useNow } from "../../hooks/use-now";
import { useMessages } from "../../i18n/language";
import { useSentences } from "../../i18n/sentences";
import { firstCertificateEnd } from "../../model/certificate-expiry";
import type { SortKey } from "../../model/connection-sort";
import { displayState } from "../../model/display-state";
import { labelTexts } from "../../model/label-selector";
import { linkTo } from "../../model/paths";
import { StateBadge } from "../../ui/StateBadge";
import type { Column } from "../../ui/table/column";
import { expiryState } from "../../util/certificate-validity";
import classes from "./connection-columns.module.css";

/** All columns of the table of connections. `isAboutCertificates`: the reason of each is a certificate that expires. */
export function useConnectionColumns(isAboutCertificates: boolean): readonly Column<Connection, SortKey>[] {
  const { fleet, states } = useMessages();
  const sentences = useSentences();
  return useMemo(
    () => [
      {
        id: "name",
        title: fleet.name,
        width: 10,
        grow: 2.2,
        isRowHeader: true,
        isSortable: true,
        hasControl: true,
        cell: (connection, tabIndex) => <Identity connection={connection} tabIndex={tabIndex} />,
        csv: [
          [fleet.name, ({ name }) => name],
          ["URL", ({ url }) => url],
        ],
      },
      {
        id: "state",
        title: fleet.state,
        width: 9,
        isSortable: true,
        cell: (connection) => <StateBadge state={displayState(connection)} />,
        csv: [[fleet.state, (connection) => states[displayState(connection)]]],
      },
      {
        id: "reason",
        title: fleet.reason,
        width: 12,
        grow: 3,
        dropOrder: 2,
        isSortable: true,
        cell: (connection) => <Reason connection={connection} isAboutCertificates={isAboutCertificates} />,
        csv: [
          [fleet.code, ({ status }) => status?.error?.code ?? ""],
          [fleet.reason, ({ status }) => (status?.error ? sentences.failure(status.error).text : "")],
        ],
      },
      {
        id: "version",
        title: fleet.version,
        width: 10.5,
        dropOrder: 3,
        isSortable: true,
        cell: ({ broker }) => <span title={broker?.version}>{broker?.version}</span>,
        csv: [[fleet.version, ({ broker }) => broker?.version ?? ""]],
      },
      {
        id: "certificate",
        title: fleet.certificate,
        width: 8,
        dropOrder: 4,
        isSortable: true,
        isOptional: true,
        cell: (connection) => <FirstExpiry connection={connection} />,
        csv: [
          [fleet.brokerCertificate, ({ broker }) => broker?.tls?.notAfter ?? ""],
          [fleet.clientCertificate, ({ certNotAfter }) => certNotAfter ?? ""],
        ],
      },
      {
        id: "labels",
        title: fleet.labels,
        width: 10,
        grow: 1.5,
        dropOrder: 5,
        isSortable: true,
        isOptional: true,
        cell: (connection) => <Labels connection={connection} />,
        csv: [[fleet.labels, ({ labels }) => labelTexts(labels).join()]],
      },
      {
        id: "since",
        title: fleet.changed,
        width: 4,
        dropOrder: 1,
        isSortable: true,
        align: "end",
        cell: ({ status }) => status && <Since time={status.timestamp} isKnown={status.sinceKnown} short />,
        csv: [[fleet.changed, ({ status }) => (status ? new Date(status.timestamp).toISOString() : "")]],
      },
    ],
    [fleet, states, sentences, isAboutCertificates],
  );
}

function Identity({ connection: { id, name, url, status }, tabIndex }: { connection: Connection; tabIndex: number }) {
  return (
    <div className={classes.identity}>
      <Link {...linkTo.connection(id)} className={classes.name} tabIndex={tabIndex}>
        {name}
      </Link>
      <span className={classes.url}>{url}</span>
      {/* Instead of the URL where there is no column for it. */}
      {status?.error && <code className={classes.code}>{status.error.code}</code>}
    </div>
  );
}

interface ReasonProps {
  connection: Connection;
  isAboutCertificates: boolean;
}

function Reason({ connection, isAboutCertificates }: ReasonProps) {
  const { fleet } = useMessages();
  const sentences = useSentences();
  const now = useNow(60_000);
  const error = connection.status?.error;
  if (error && !isAboutCertificates) {
    const { text, lang } = sentences.failure(error);
    return (
      <span className={classes.reason} title={text} lang={lang}>
        <code className={classes.failure}>{error.code}</code> {text}
      </span>
    );
  }
  const end = firstCertificateEnd(connection);
  const expiry = expiryState(end?.notAfter, now);
  return (
    <span className={classes.warning}>
      {end && expiry === "expiring" && <LocalDate time={end.notAfter} format={fleet.expires[end.owner]} />}
      {end && expiry === "expired" && fleet.expired[end.owner]}
    </span>
  );
}

function Labels({ connection }: { connection: Connection }) {
  const texts = labelTexts(connection.labels);
  return (
    <span className={classes.labels} title={texts.join("\n")}>
      {texts.map((text) => (
        <bdi key={text}>{text}</bdi>
      ))}
    </span>
  );
}

/** When the first certificate expires, and whose it is. */
function FirstExpiry({ connection }: { connection: Connection }) {
  const { fleet } = useMessages();
  const end = firstCertificateEnd(connection);
  return (
    end && (
      <div className={classes.expiry}>
        <LocalDate time={end.notAfter} />
        <span className={classes.owner}>{fleet.certificateOf[end.owner]}</span>
      </div>
    )
  );
}
