import { Button } from "@mantine/core";
import { IconAlertTriangle, IconDownload } from "@tabler/icons-react";
import type { ReactNode } from "react";

import type { Certificate } from "../api/schema";
import { useNow } from "../hooks/use-now";
import { useLanguage } from "../i18n/language";
import { usePageMessages } from "../i18n/page-messages";
import { isSelfIssued } from "../model/issuer";
import { CopyButton } from "../ui/CopyButton";
import { PropertyList } from "../ui/PropertyList";
import { validityState } from "../util/certificate-validity";
import { formatRelative } from "../util/format-time";
import { saveFile } from "../util/save-file";
import classes from "./CertificateDetails.module.css";
import { Fingerprint } from "./Fingerprint";
import { LocalDate, LocalTime } from "./LocalTime";

/** The most names to show; a certificate can have hundreds. */
const MAX_NAMES = 20;

/** A certificate: subject and validity, and all details when expanded. */
export function CertificateDetails({ certificate, isOpen = false }: { certificate: Certificate; isOpen?: boolean }) {
  const t = usePageMessages();
  const { subject, issuer, names, notBefore, notAfter, fingerprint, pem } = certificate;
  const save = () =>
    saveFile(
      new Blob([pem], { type: "application/x-pem-file" }),
      `certificate-${fingerprint.replaceAll(":", "").slice(0, 8).toLowerCase()}.pem`,
    );
  return (
    <details className={classes.certificate} open={isOpen}>
      <summary>
        <span className={classes.subject}>{subject || t.certificates.nameless}</span>
        <Validity certificate={certificate} />
      </summary>
      <PropertyList
        properties={[
          [t.certificates.issuer, isSelfIssued(certificate) ? t.certificates.itself : issuer],
          [
            t.certificates.names,
            names.length > 0 &&
              names.slice(0, MAX_NAMES).join(", ") +
                (names.length > MAX_NAMES ? ` ${t.fleet.andMore(names.length - MAX_NAMES)}` : ""),
          ],
          [t.certificates.from, notBefore && <LocalTime key="from" time={notBefore} />],
          [t.certificates.until, notAfter && <LocalTime key="until" time={notAfter} />],
          [t.certificates.fingerprint, <Fingerprint key="fingerprint" fingerprint={fingerprint} />],
        ]}
      />
      <div className={classes.buttons}>
        <CopyButton text={pem} label={t.certificates.copyPem}>
          {t.certificates.copyPem}
        </CopyButton>
        <Button variant="subtle" size="compact-sm" leftSection={<IconDownload size={15} />} onClick={save}>
          {t.certificates.downloadPem}
        </Button>
      </div>
    </details>
  );
}

/** The validity as text, in addition to a colour. */
function Validity({ certificate }: { certificate: Certificate }) {
  const t = usePageMessages();
  const language = useLanguage();
  // Updated every second: with a coarser clock a new certificate would not be valid until the next minute.
  const now = useNow();
  const state = validityState(certificate, now);
  const { notBefore, notAfter } = certificate;
  if (state === "notYetValid" && notBefore) {
    return <Warning text={<LocalDate time={notBefore} format={t.certificates.notYetValid} />} isBad />;
  }
  if (!notAfter || state === undefined) return <span className={classes.fine}>{t.certificates.noEnd}</span>;
  const left = formatRelative(Date.parse(notAfter), now, language);
  if (state === "expired") return <Warning text={t.certificates.expired(left)} isBad />;
  if (state === "expiring") return <Warning text={t.certificates.expires(left)} />;
  return (
    <span className={classes.fine}>
      <LocalDate time={notAfter} format={t.connection.validUntil} /> · {left}
    </span>
  );
}

function Warning({ text, isBad = false }: { text: ReactNode; isBad?: boolean }) {
  return (
    <strong className={classes.warn} data-bad={isBad || undefined}>
      <IconAlertTriangle size={15} aria-hidden /> {text}
    </strong>
  );
}
