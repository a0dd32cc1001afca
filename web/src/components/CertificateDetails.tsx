import { Button } from "@mantine/core";
import { IconAlertTriangle, IconDownload } from "@tabler/icons-react";

import type { Certificate } from "../api/schema";
import { useLanguage, useWords } from "../i18n/language";
import { Copy } from "../ui/Copy";
import { Facts } from "../ui/Facts";
import { validity } from "../util/certificate-age";
import { isSelfIssued } from "../util/issuer";
import { offer } from "../util/offer";
import { away, day, moment, useNow } from "../util/time";
import classes from "./CertificateDetails.module.css";
import { Fingerprint } from "./Fingerprint";

/** This many names are shown; a certificate may have hundreds. */
const NAMED = 20;

/** A certificate: who, by whom, until when, and when opened all of it. */
export function CertificateDetails({ certificate, isOpen = false }: { certificate: Certificate; isOpen?: boolean }) {
  const words = useWords();
  const language = useLanguage();
  const { subject, issuer, names, notBefore, notAfter, fingerprint, pem } = certificate;
  const save = () =>
    offer(
      new Blob([pem], { type: "application/x-pem-file" }),
      `certificate-${fingerprint.replaceAll(":", "").slice(0, 8).toLowerCase()}.pem`,
    );
  return (
    <details className={classes.certificate} open={isOpen}>
      <summary>
        <span className={classes.subject}>{subject || words.certificates.nameless}</span>
        <Validity certificate={certificate} />
      </summary>
      <Facts
        facts={[
          [words.certificates.issuer, isSelfIssued(certificate) ? words.certificates.itself : issuer],
          [
            words.certificates.names,
            names.length > 0 &&
              names.slice(0, NAMED).join(", ") +
                (names.length > NAMED ? ` ${words.fleet.andMore(names.length - NAMED)}` : ""),
          ],
          [words.certificates.from, notBefore && moment(notBefore, language)],
          [words.certificates.until, notAfter && moment(notAfter, language)],
          [words.certificates.fingerprint, <Fingerprint key="fingerprint" fingerprint={fingerprint} />],
        ]}
      />
      <div className={classes.buttons}>
        <Copy text={pem} label={words.certificates.copyPem}>
          {words.certificates.copyPem}
        </Copy>
        <Button variant="subtle" size="compact-sm" leftSection={<IconDownload size={15} />} onClick={save}>
          {words.certificates.downloadPem}
        </Button>
      </div>
    </details>
  );
}

/** How long it is good for, as a word beside a colour. */
function Validity({ certificate }: { certificate: Certificate }) {
  const words = useWords();
  const language = useLanguage();
  // To the second: one made just now would else be valid only from the next minute on.
  const now = useNow();
  const state = validity(certificate, now);
  const { notBefore, notAfter } = certificate;
  if (state === "early" && notBefore) {
    return <Warn text={words.certificates.early(day(notBefore, language))} isBad />;
  }
  if (!notAfter || state === undefined) return <span className={classes.fine}>{words.certificates.endless}</span>;
  const left = away(Date.parse(notAfter), now, language);
  if (state === "over") return <Warn text={words.certificates.over(left)} isBad />;
  if (state === "soon") return <Warn text={words.certificates.soon(left)} />;
  return (
    <span className={classes.fine}>
      {words.connection.validUntil(day(notAfter, language))} · {left}
    </span>
  );
}

function Warn({ text, isBad = false }: { text: string; isBad?: boolean }) {
  return (
    <strong className={classes.warn} data-bad={isBad || undefined}>
      <IconAlertTriangle size={15} aria-hidden /> {text}
    </strong>
  );
}
