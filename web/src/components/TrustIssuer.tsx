import { Button } from "@mantine/core";
import { useState } from "react";

import type { Certificate } from "../api/schema";
import { useLanguage, useMessages } from "../i18n/language";
import { findTrustAnchor } from "../model/issuer";
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
}

/** Offers to trust the CA at the end of a chain, once its fingerprint has been compared. */
export function TrustIssuer({ chain, replaces = false, isBusy = false, onTrust }: Props) {
  const t = useMessages();
  const language = useLanguage();
  // The confirmation holds for this certificate only: the broker may present another one next.
  const [comparedFingerprint, setComparedFingerprint] = useState<string>();
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
  return (
    <div className={classes.trust}>
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
              checked={comparedFingerprint === fingerprint}
              onChange={(event) => setComparedFingerprint(event.currentTarget.checked ? fingerprint : undefined)}
            />
            {t.certificates.compared}
          </label>
          {replaces && <p>{t.certificates.replaces}</p>}
          <Button
            size="xs"
            variant="default"
            disabled={comparedFingerprint !== fingerprint}
            loading={isBusy}
            onClick={() => onTrust(certificate)}
          >
            {t.form.trust}
          </Button>
        </>
      )}
    </div>
  );
}
