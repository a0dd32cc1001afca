import { IconArrowLeft } from "@tabler/icons-react";
import { Link, Outlet, useMatch, useParams } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useRef, useState } from "react";

import { useFleet } from "../api/fleet";
import type { Connection } from "../api/schema";
import { hasPermission, useProfile } from "../api/session";
import { ConnectionGone } from "../components/ConnectionGone";
import { Since } from "../components/Since";
import { Tab, Tabs } from "../components/Tabs";
import { hasSameTarget } from "../forms/draft";
import { TestPanel } from "../forms/TestPanel";
import { useConnectionTest } from "../forms/use-connection-test";
import { lastFleetSearch } from "../hooks/last-fleet-search";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useErrorNotification } from "../hooks/use-error-notification";
import { usePageMessages } from "../i18n/page-messages";
import { displayState } from "../model/display-state";
import { linkTo, PATHS } from "../model/paths";
import { Skeleton } from "../ui/Skeleton";
import { StateBadge } from "../ui/StateBadge";
import { Actions, ViewerActions } from "./connection/Actions";
import { Certificates } from "./connection/Certificates";
import { History } from "./connection/History";
import { BrokerProperties, LinkProperties } from "./connection/Properties";
import { Status } from "./connection/Status";
import { useTrustCa } from "./connection/use-trust-ca";
import classes from "./ConnectionPage.module.css";

/** `/connections/$connectionId`: the frame around the tabs of one connection. */
export function ConnectionPage() {
  const { connectionId } = useParams({ from: PATHS.connection });
  // Keyed: the result of a test is about one connection.
  return <Frame key={connectionId} connectionId={connectionId} />;
}

function Frame({ connectionId }: { connectionId: string }) {
  const t = usePageMessages();
  const profile = useProfile();
  const { byId, isComplete } = useFleet();
  const connection = byId.get(connectionId);
  // For the form that stays open when the connection is deleted.
  const [name, setName] = useState(connection?.name);
  if (connection && connection.name !== name) setName(connection.name);
  const isEditing = useMatch({ from: PATHS.editConnection, shouldThrow: false }) !== undefined;
  useDocumentTitle(name === undefined ? t.connection.gone : isEditing ? `${t.connection.edit}: ${name}` : name);

  const isAllowed = hasPermission(profile, "connections.update");
  if (!isComplete && hasPermission(profile, "connections.list")) return <Skeleton />;
  if (!connection && !(isEditing && isAllowed)) {
    return <ConnectionGone connectionId={connectionId} wasShown={name !== undefined} />;
  }
  return (
    <>
      <Link {...linkTo.fleet(lastFleetSearch.get())} className={classes.back}>
        <IconArrowLeft size={16} aria-hidden /> {t.connection.back}
      </Link>
      {connection ? <Head connection={connection} isEditing={isEditing} /> : name && <h1>{name}</h1>}
      {connection && (
        <div className={classes.tabs}>
          <Tabs label={t.connection.tabs}>
            <Tab {...linkTo.connection(connectionId)} activeOptions={{ exact: true }}>
              {t.connection.overview}
            </Tab>
            <Tab {...linkTo.connectionCertificates(connectionId)}>{t.connection.certificates}</Tab>
            <Tab {...linkTo.connectionHistory(connectionId)}>{t.connection.history}</Tab>
            {isAllowed && <Tab {...linkTo.editConnection(connectionId)}>{t.connection.settings}</Tab>}
          </Tabs>
        </div>
      )}
      <div className={classes.tab}>
        <Outlet />
      </div>
    </>
  );
}

/** Name, state and actions; the result of a test; while the link is down, why. */
function Head({ connection, isEditing }: { connection: Connection; isEditing: boolean }) {
  const profile = useProfile();
  const onError = useErrorNotification(usePageMessages().failed.test);
  const test = useConnectionTest(onError);
  const testButton = useRef<HTMLButtonElement>(null);
  const [trustedCa, setTrustedCa] = useState<string>();
  // What was tested; after a change from here, until the fleet has it, the version from before.
  const [tested, setTested] = useState<{ connection: Connection; isChanging: boolean }>();
  const runTest = (before = connection, isChanging = false) => {
    setTested({ connection: before, isChanging });
    test.run({ connectionId: connection.id, patch: {} });
  };
  const trust = useTrustCa(connection, ({ subject }, before) => {
    setTrustedCa(subject);
    runTest(before, true);
  });
  const isIdle = displayState(connection) === "idle";
  const wasIdle = tested && displayState(tested.connection) === "idle";
  const isChanged = tested !== undefined && !hasSameTarget(tested.connection, connection);
  if (isChanged && tested.isChanging) setTested({ connection, isChanging: false });
  // It was connected after the test.
  else if (tested !== undefined && wasIdle && !isIdle && !isChanged) setTested({ ...tested, connection });
  // A result, and a test that still runs, are about the settings from before; or about a link that is not wanted any more.
  const isOutdated =
    isEditing || (isChanged && !tested.isChanging && !trust.isPending) || (isIdle && wasIdle === false);
  const { clear } = test;
  const panel = useRef<HTMLDivElement>(null);
  const endTest = useEffectEvent(() => {
    const hadFocus = panel.current?.contains(document.activeElement);
    clear();
    setTested(undefined);
    setTrustedCa(undefined);
    if (hadFocus) testButton.current?.focus();
  });
  useEffect(() => {
    // oxlint-disable-next-line react-hooks/set-state-in-effect -- the request ends, too
    if (isOutdated) endTest();
  }, [isOutdated]);
  const { status, url } = connection;
  return (
    <>
      <div className={classes.heading}>
        <div className={classes.title}>
          <h1>{connection.name}</h1>
          <p className={classes.state}>
            {/* The only one for the state: it is there on every tab. */}
            <span aria-live="polite">
              <StateBadge state={displayState(connection)} />
            </span>
            {status && <Since time={status.timestamp} isKnown={status.sinceKnown} />}
            <code>{url}</code>
          </p>
        </div>
        {hasPermission(profile, "connections.update") ? (
          <Actions
            connection={connection}
            isEditing={isEditing}
            isTesting={test.isRunning}
            stages={test.latest?.stages}
            testButton={testButton}
            onTest={() => runTest()}
          />
        ) : (
          <ViewerActions connection={connection} />
        )}
      </div>
      {isFailing(connection) && <Status connection={connection} />}
      {/* The form has a test of its own. */}
      {test.latest && !isEditing && (
        <div ref={panel} className={classes.test}>
          <TestPanel
            test={test.latest}
            isOutdated={false}
            trustedCa={trustedCa}
            replacesCa={connection.ca !== undefined}
            onTrust={trust.mutate}
            closing={{ onClose: test.clear, next: testButton }}
          />
        </div>
      )}
    </>
  );
}

/** Whether the status is above all tabs. */
function isFailing(connection: Connection): boolean {
  return ["down", "unreadable"].includes(displayState(connection));
}

/** The connection of the page; undefined once it has been deleted. */
function useConnection(): Connection | undefined {
  const { connectionId } = useParams({ from: PATHS.connection });
  return useFleet().byId.get(connectionId);
}

/** `/connections/$connectionId`: the state, and what is known of the broker and of the link. */
export function OverviewTab() {
  const connection = useConnection();
  if (!connection) return null;
  return (
    <>
      {!isFailing(connection) && <Status connection={connection} />}
      <div className={classes.columns}>
        <BrokerProperties connection={connection} />
        <LinkProperties connection={connection} />
      </div>
    </>
  );
}

/** `/connections/$connectionId/certificates` */
export function CertificatesTab() {
  const connection = useConnection();
  return connection && <Certificates connection={connection} />;
}

/** `/connections/$connectionId/history` */
export function HistoryTab() {
  const connection = useConnection();
  return connection && <History connection={connection} />;
}
