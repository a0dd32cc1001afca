import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";

import { adviceQuery, certificatesQuery, patchConnection, patchSeenConnection } from "../../api/connections";
import { useFleet } from "../../api/fleet";
import type { Certificate, Connection, PresentedChain } from "../../api/schema";
import { hasPermission, useProfile } from "../../api/session";
import { CertificateDetails } from "../../components/CertificateDetails";
import { NotLoaded } from "../../components/NotLoaded";
import { TrustIssuer } from "../../components/TrustIssuer";
import { notifyFailures, useOutcomeNotification } from "../../components/use-outcome-notification";
import { useNow } from "../../hooks/use-now";
import { useLanguage } from "../../i18n/language";
import { usePageMessages } from "../../i18n/page-messages";
import { blamesTlsPlugin, isTlsPluginAdvice } from "../../model/advice";
import { isIssuerUnknown } from "../../model/issuer";
import { hasCertificate } from "../../model/pem";
import { Card } from "../../ui/Card";
import { EmptyState } from "../../ui/EmptyState";
import { isTls } from "../../util/broker-url";
import { formatAgo, formatExactTime } from "../../util/format-time";
import { runForEach, withoutFailures } from "../../util/run-for-each";
import classes from "./Certificates.module.css";
import { useTrustCa } from "./use-trust-ca";

/** The certificates of both sides of a link, with an offer to trust an unknown CA. */
export function Certificates({ connection }: { connection: Connection }) {
  const t = usePageMessages();
  const query = certificatesQuery(connection);
  const { data, failureReason } = useQuery({ ...query, enabled: isTls(connection.url) });
  if (!isTls(connection.url)) return <EmptyState title={t.certificates.none} isPart />;
  if (!data) return <NotLoaded failure={failureReason} queryKey={query.queryKey} />;
  const { broker, client } = data;
  return (
    <div className={classes.certificates}>
      <Card title={t.connection.certificates}>
        {broker ? (
          <PresentedCertificates connection={connection} chain={broker} />
        ) : (
          <p className={classes.text}>{t.certificates.notYet}</p>
        )}
        {client.length > 0 && (
          <>
            <h3>{t.certificates.ours}</h3>
            <Chain certificates={client} />
          </>
        )}
      </Card>
    </div>
  );
}

function PresentedCertificates({ connection, chain }: { connection: Connection; chain: PresentedChain }) {
  const t = usePageMessages();
  const language = useLanguage();
  const now = useNow();
  const { accepted, certificates, leftOut, presentedAt } = chain;
  const error = connection.status?.error;
  const at = Date.parse(presentedAt);
  return (
    <>
      <p className={classes.verdict} data-accepted={accepted}>
        {accepted ? <IconCircleCheck size={18} aria-hidden /> : <IconCircleX size={18} aria-hidden />}
        <strong>{accepted ? t.certificates.accepted : t.certificates.refused}</strong>
        <time className={classes.text} dateTime={presentedAt} title={formatExactTime(at, language)}>
          {t.certificates.presented(formatAgo(at, now, language))}
        </time>
      </p>
      {!accepted && isIssuerUnknown(error?.code) && <Trust connection={connection} chain={chain} />}
      <Chain certificates={certificates} isOpen />
      {leftOut > 0 && <p className={classes.text}>{t.certificates.leftOut(leftOut)}</p>}
    </>
  );
}

function Trust({ connection, chain }: { connection: Connection; chain: PresentedChain }) {
  const profile = useProfile();
  const trust = useTrustCa(connection);
  const { byId } = useFleet();
  const trustForAll = useTrustForAll();
  const { certificates, refusedElsewhere = [] } = chain;
  const { id, status } = connection;
  // A link that was down before the plugin was switched off says nothing of it; the advice does.
  const { data, isPending } = useQuery(adviceQuery(id, status?.error?.code, status?.timestamp ?? 0));
  const isPluginOff = blamesTlsPlugin(status?.error) || data?.adviceKeys.some(isTlsPluginAdvice) === true;
  if (isPending && !isPluginOff) return null;
  return (
    <TrustIssuer
      chain={certificates}
      replaces={connection.ca !== undefined}
      isPluginOff={isPluginOff}
      isBusy={trust.isPending || trustForAll.isPending}
      all={{
        connectionsOf: ({ fingerprint, pem }) => {
          const index = certificates.findIndex((each) => each.fingerprint === fingerprint);
          const others = (refusedElsewhere[index] ?? []).flatMap((id) => byId.get(id) ?? []);
          return [connection, ...others.filter((other) => lacksCa(other, pem))];
        },
        onTrust: (ca, connections) => trustForAll.mutate({ ca, connections }),
      }}
      onTrust={hasPermission(profile, "connections.update") ? trust.mutate : undefined}
    />
  );
}

/** Whether a connection fails because it does not trust a CA, and not although it does. */
function lacksCa({ ca, status }: Connection, pem: string): boolean {
  const error = status?.error;
  return isIssuerUnknown(error?.code) && !blamesTlsPlugin(error) && !(ca && hasCertificate(ca, pem));
}

/** Trusts a CA for several connections, and offers to take that back. */
function useTrustForAll() {
  const t = usePageMessages();
  const notify = useOutcomeNotification();
  return useMutation({
    mutationFn: async ({ ca, connections }: { ca: Certificate; connections: readonly Connection[] }) => {
      const tags = new Map<string, string | undefined>();
      const failed = await runForEach(connections, async (connection) =>
        tags.set(connection.id, await patchSeenConnection(connection, { ca: ca.pem })),
      );
      return { failed, tags };
    },
    onSuccess: ({ failed, tags }, { connections }) => {
      const changed = withoutFailures(connections, failed);
      if (failed.length > 0) notifyFailures(failed);
      if (changed.length === 0) return;
      notify(t.trustAll.done(changed.length), {
        // The connections as they were before, unless they have changed since.
        run: () => runForEach(changed, ({ id, ca = null }) => patchConnection(id, { ca }, tags.get(id))),
        done: t.trustAll.undone(changed.length),
      });
    },
  });
}

/** Leaf first. */
function Chain({ certificates, isOpen = false }: { certificates: readonly Certificate[]; isOpen?: boolean }) {
  return (
    <ol className={classes.chain}>
      {certificates.map((certificate, index) => (
        <li key={certificate.fingerprint}>
          <CertificateDetails certificate={certificate} isOpen={isOpen && index === 0} />
        </li>
      ))}
    </ol>
  );
}
