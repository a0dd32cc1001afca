import { Group } from "@mantine/core";
import { useLayoutEffect, useRef, useState } from "react";

import type { Certificate, Connection } from "../api/schema";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { findTrustAnchor } from "../model/issuer";
import { BusyButton } from "../ui/BusyButton";
import { Checkbox } from "../ui/Checkbox";
import { formatDate } from "../util/format-time";
import { Fingerprint } from "./Fingerprint";
import classes from "./TrustIssuer.module.css";

interface Props {
  /** The presented chain, leaf first. */
  chain: readonly Certificate[];
  /** Whether the connection trusts another CA now. */
  replaces?: boolean;
  isBusy?: boolean;
  /** Absent without the permission to change connections. */
  onTrust?: ((ca: Certificate) => void) | undefined;
  /** For all connections that fail because of this CA. */
  all?: {
    /** These connections, with this one. */
    readonly connectionsOf: (ca: Certificate) => readonly Connection[];
    readonly onTrust: (ca: Certificate, connections: readonly Connection[]) => void;
  };
}

/** Offers to trust the CA at the end of a chain, once its fingerprint has been compared. */
export function TrustIssuer({ chain, replaces = false, isBusy = false, onTrust, all }: Props) {
  const t = usePageMessages();
  const language = useLanguage();
  // The confirmation holds for this certificate only: the broker may present another one next.
  const [comparedFingerprint, setComparedFingerprint] = useState<string>();
  const offer = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const gone = offer.current;
    // The button that had the focus goes with the offer.
    return () => {
      if (gone?.contains(document.activeElement))
        gone.closest<HTMLElement>("[tabindex='-1']")?.focus({ preventScroll: true });
    };
  }, []);
  const certificate = findTrustAnchor(chain);
  const [leaf] = chain;
  if (!certificate) {
    return (
      leaf && (
        <div className={classes.trust}>
          <p>
            <strong>{t.form.unknownIssuer}</strong> {t.certificates.leafOnly}
          </p>
          <p className={classes.subject}>{leaf.issuer}</p>
        </div>
      )
    );
  }
  const { subject, notAfter, fingerprint } = certificate;
  const sharing = all?.connectionsOf(certificate) ?? [];
  const isCompared = comparedFingerprint === fingerprint;
  return (
    <div ref={offer} className={classes.trust}>
      <p>
        <strong>{t.form.unknownIssuer}</strong> {onTrust ? t.form.compare : t.certificates.askToTrust}
      </p>
      <p className={classes.subject}>
        {subject}
        {notAfter && ` · ${t.connection.validUntil(formatDate(notAfter, language))}`}
      </p>
      <Fingerprint fingerprint={fingerprint} />
      {onTrust && (
        <>
          <label className={classes.compared}>
            <Checkbox
              checked={isCompared}
              onChange={(event) => setComparedFingerprint(event.currentTarget.checked ? fingerprint : undefined)}
            />
            {t.certificates.compared}
          </label>
          {replaces && <p>{t.certificates.replaces}</p>}
          {sharing.length > 1 && <Sharing connections={sharing} />}
          <Group gap="xs">
            <BusyButton
              size="xs"
              variant="default"
              disabled={!isCompared}
              isBusy={isBusy}
              onClick={() => onTrust(certificate)}
            >
              {t.form.trust}
            </BusyButton>
            {sharing.length > 1 && (
              <BusyButton
                size="xs"
                variant="default"
                disabled={!isCompared}
                isBusy={isBusy}
                onClick={() => all?.onTrust(certificate, sharing)}
              >
                {t.trustAll.trust(sharing.length)}
              </BusyButton>
            )}
          </Group>
        </>
      )}
    </div>
  );
}

/** Which connections fail because of the same CA. */
function Sharing({ connections }: { connections: readonly Connection[] }) {
  const t = usePageMessages();
  const replaced = connections.filter(({ ca }) => ca).length;
  return (
    <details className={classes.sharing}>
      <summary>
        {t.trustAll.found(connections.length)} <span className={classes.names}>{t.trustAll.names}</span>
      </summary>
      {replaced > 0 && <p>{t.trustAll.replaced(replaced)}</p>}
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ul tabIndex={0} aria-label={t.trustAll.found(connections.length)}>
        {connections.map(({ id, name }) => (
          <li key={id}>
            <bdi>{name}</bdi>
          </li>
        ))}
      </ul>
    </details>
  );
}
