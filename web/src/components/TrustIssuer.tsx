import { Button } from "@mantine/core";
import { useState } from "react";

import type { Certificate } from "../api/schema";
import { useLanguage, useWords } from "../i18n/language";
import { Tick } from "../ui/Tick";
import { toTrust } from "../util/issuer";
import { day } from "../util/time";
import { Fingerprint } from "./Fingerprint";
import classes from "./TrustIssuer.module.css";

interface Props {
  /** What the broker presented, leaf first. */
  chain: readonly Certificate[];
  /** Whether another CA is trusted for this connection now. */
  replaces?: boolean;
  isBusy?: boolean;
  /** Absent for those who may only look. */
  onTrust?: ((pem: string) => void) | undefined;
}

/** Offers to trust the CA that a chain ends in, once its fingerprint was compared. */
export function TrustIssuer({ chain, replaces = false, isBusy = false, onTrust }: Props) {
  const words = useWords();
  const language = useLanguage();
  // Compared is one certificate: when the broker presents another one, that was not.
  const [compared, setCompared] = useState<string>();
  const certificate = toTrust(chain);
  const [leaf] = chain;
  if (!certificate) {
    return (
      leaf && (
        <div className={classes.trust}>
          <p>
            <strong>{words.form.unknownIssuer}</strong> {words.certificates.leafOnly}
          </p>
          <p className={classes.subject}>{leaf.issuer}</p>
        </div>
      )
    );
  }
  const { subject, notAfter, fingerprint, pem } = certificate;
  return (
    <div className={classes.trust}>
      <p>
        <strong>{words.form.unknownIssuer}</strong> {onTrust ? words.form.compare : words.certificates.askToTrust}
      </p>
      <p className={classes.subject}>
        {subject}
        {notAfter && ` · ${words.connection.validUntil(day(notAfter, language))}`}
      </p>
      <Fingerprint fingerprint={fingerprint} />
      {onTrust && (
        <>
          <label className={classes.compared}>
            <Tick
              checked={compared === fingerprint}
              onChange={(event) => setCompared(event.currentTarget.checked ? fingerprint : undefined)}
            />
            {words.certificates.compared}
          </label>
          {replaces && <p>{words.certificates.replaces}</p>}
          <Button
            size="xs"
            variant="default"
            disabled={compared !== fingerprint}
            loading={isBusy}
            onClick={() => onTrust(pem)}
          >
            {words.form.trust}
          </Button>
        </>
      )}
    </div>
  );
}
