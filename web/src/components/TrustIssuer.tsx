import { Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useLayoutEffect, useRef, useState } from "react";

import type { Certificate, Connection } from "../api/schema";
import { hasPermission, useProfile } from "../api/session";
import { useFocusHandover } from "../hooks/use-focus-handover";
import { usePageMessages } from "../i18n/page-messages";
import { findTrustAnchor } from "../model/issuer";
import { linkTo } from "../model/paths";
import { BusyButton } from "../ui/BusyButton";
import { Checkbox } from "../ui/Checkbox";
import { Fingerprint } from "./Fingerprint";
import { LocalDate } from "./LocalTime";
import classes from "./TrustIssuer.module.css";

interface Props {
  /** The presented chain, leaf first. */
  chain: readonly Certificate[];
  /** Whether the connection trusts another CA now. */
  replaces?: boolean;
  /** Whether the plugin `tls` is off: then a CA would not be used. */
  isPluginOff?: boolean;
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

/** Offers to trust the CA at the end of a chain, or says why that would have no effect. */
export function TrustIssuer({ isPluginOff = false, ...offer }: Props) {
  return isPluginOff ? <PluginOff /> : <Offer {...offer} />;
}

function PluginOff() {
  const t = usePageMessages();
  const profile = useProfile();
  const { what, how, ask } = t.certificates.pluginOff;
  return (
    <div className={classes.trust}>
      <p>
        {what}{" "}
        {hasPermission(profile, "plugins.switch") ? (
          <>
            {how} <Link {...linkTo.plugins()}>{`${t.nav.administration} → ${t.nav.plugins}`}</Link>
          </>
        ) : (
          ask
        )}
      </p>
    </div>
  );
}

/** The CA with its fingerprint, which has to be compared first. */
function Offer({ chain, replaces = false, isBusy = false, onTrust, all }: Omit<Props, "isPluginOff">) {
  const t = usePageMessages();
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
  const trustButton = useRef<HTMLButtonElement>(null);
  // It goes before the rest of the offer if the others fail for other reasons by then.
  const trustAllButton = useFocusHandover(trustButton);
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
        {notAfter && (
          <>
            {" · "}
            <LocalDate time={notAfter} format={t.connection.validUntil} />
          </>
        )}
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
              ref={trustButton}
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
                ref={trustAllButton}
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
