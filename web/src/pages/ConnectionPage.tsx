import { IconArrowLeft } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { patchConnection } from "../api/connections";
import { useFleet } from "../api/fleet";
import type { Certificate, Connection } from "../api/schema";
import { hasPermission, useProfile } from "../api/session";
import { ConnectionGone } from "../components/ConnectionGone";
import { TestPanel } from "../forms/TestPanel";
import { useConnectionTest } from "../forms/use-connection-test";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useErrorNotification } from "../hooks/use-error-notification";
import { useMessages } from "../i18n/language";
import { lastFleetSearch } from "../hooks/last-fleet-search";
import { linkTo, PATHS } from "../model/paths";
import { Actions } from "./connection/Actions";
import { Certificates } from "./connection/Certificates";
import { History } from "./connection/History";
import { BrokerProperties, LinkProperties } from "./connection/Properties";
import { Status } from "./connection/Status";
import classes from "./ConnectionPage.module.css";

/** `/connections/$connectionId`: the state of one link, and its cause. */
export function ConnectionPage() {
  const t = useMessages();
  const { connectionId } = useParams({ from: PATHS.connection });
  const { byId, isComplete } = useFleet();
  const connection = byId.get(connectionId);
  useDocumentTitle(connection?.name ?? t.connection.gone);

  if (!isComplete) return null;
  if (!connection) return <ConnectionGone />;
  return (
    <>
      <Link {...linkTo.fleet(lastFleetSearch.get())} className={classes.back}>
        <IconArrowLeft size={16} aria-hidden /> {t.connection.back}
      </Link>
      {/* Keyed: the result of a test is about one connection. */}
      <Head key={connectionId} connection={connection} />
      <div className={classes.columns}>
        <BrokerProperties connection={connection} />
        <LinkProperties connection={connection} />
      </div>
      <Certificates connection={connection} />
      <History connection={connection} />
    </>
  );
}

/** Name, actions and state, with the result of a test. */
function Head({ connection }: { connection: Connection }) {
  const profile = useProfile();
  const onError = useErrorNotification();
  const test = useConnectionTest(onError);
  const [trustedCa, setTrustedCa] = useState<string>();
  const runTest = () => test.run({ connectionId: connection.id, patch: {} });
  const trust = useMutation({
    mutationFn: ({ pem }: Certificate) => patchConnection(connection.id, { ca: pem }),
    onSuccess: (_, { subject }) => {
      setTrustedCa(subject);
      runTest();
    },
    onError,
  });
  return (
    <>
      <div className={classes.heading}>
        <div className={classes.title}>
          <h1>{connection.name}</h1>
          <code>{connection.url}</code>
        </div>
        {hasPermission(profile, "connections.update") && (
          <Actions connection={connection} isTesting={test.isRunning} onTest={runTest} />
        )}
      </div>
      <Status connection={connection} />
      {test.latest && (
        <div className={classes.test}>
          <TestPanel
            test={test.latest}
            isOutdated={false}
            trustedCa={trustedCa}
            onTrust={trust.mutate}
            onClose={test.clear}
          />
        </div>
      )}
    </>
  );
}
