import { notifications } from "@mantine/notifications";
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";

import { certificates, patch } from "../../api/connections";
import { useProfile } from "../../api/session";
import type { Certificate, Connection, PresentedChain } from "../../api/schema";
import { CertificateDetails } from "../../components/CertificateDetails";
import { TrustIssuer } from "../../components/TrustIssuer";
import { useFailure } from "../../hooks/use-failure";
import { useLanguage, useWords } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { isTls } from "../../util/broker-url";
import { isForWantOfPlugin } from "../../util/hint";
import { isIssuerUnknown } from "../../util/issuer";
import { may } from "../../util/may";
import { ago, moment, useNow } from "../../util/time";
import classes from "./Certificates.module.css";

/** The certificates on both sides of a link, and what can be done about a CA nobody knows. */
export function Certificates({ connection }: { connection: Connection }) {
  const words = useWords();
  const { data } = useQuery({ ...certificates(connection), enabled: isTls(connection.url) });
  if (!isTls(connection.url) || !data) return null;
  const { broker, client } = data;
  return (
    <div className={classes.certificates}>
      <Card title={words.connection.certificates}>
        {broker ? (
          <Presented connection={connection} chain={broker} />
        ) : (
          <p className={classes.text}>{words.certificates.notYet}</p>
        )}
        {client.length > 0 && (
          <>
            <h3>{words.certificates.ours}</h3>
            <Chain certificates={client} />
          </>
        )}
      </Card>
    </div>
  );
}

function Presented({ connection, chain }: { connection: Connection; chain: PresentedChain }) {
  const words = useWords();
  const language = useLanguage();
  const now = useNow();
  const { accepted, certificates, leftOut, presentedAt } = chain;
  const error = connection.status?.error;
  const at = Date.parse(presentedAt);
  return (
    <>
      <p className={classes.verdict} data-accepted={accepted}>
        {accepted ? <IconCircleCheck size={18} aria-hidden /> : <IconCircleX size={18} aria-hidden />}
        <strong>{accepted ? words.certificates.accepted : words.certificates.refused}</strong>
        <time className={classes.text} dateTime={presentedAt} title={moment(at, language)}>
          {words.certificates.presented(ago(at, now, language))}
        </time>
      </p>
      {!accepted && isIssuerUnknown(error?.code) && !isForWantOfPlugin(error?.message) && (
        <Trust connection={connection} chain={certificates} />
      )}
      <Chain certificates={certificates} isOpen />
      {leftOut > 0 && <p className={classes.text}>{words.certificates.leftOut(leftOut)}</p>}
    </>
  );
}

function Trust({ connection, chain }: { connection: Connection; chain: readonly Certificate[] }) {
  const words = useWords();
  const profile = useProfile();
  const onError = useFailure();
  const trust = useMutation({
    mutationFn: (pem: string) => patch(connection.id, { ca: pem }),
    onSuccess: () => notifications.show({ message: words.certificates.trusted }),
    onError,
  });
  return (
    <TrustIssuer
      chain={chain}
      replaces={connection.ca !== undefined}
      isBusy={trust.isPending}
      onTrust={may(profile, "changeConnections") ? trust.mutate : undefined}
    />
  );
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
