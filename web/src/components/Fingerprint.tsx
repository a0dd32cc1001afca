import { usePageMessages } from "../i18n/page-messages";
import { CopyButton } from "../ui/CopyButton";
import { groupFingerprint } from "../util/fingerprint";
import classes from "./Fingerprint.module.css";

/** The fingerprint of a certificate, to read out or copy. */
export function Fingerprint({ fingerprint }: { fingerprint: string }) {
  const t = usePageMessages();
  return (
    <span className={classes.fingerprint}>
      <code className={classes.groups}>
        {groupFingerprint(fingerprint).map((group, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- groups never move, and may be alike
          <span key={index}>{group} </span>
        ))}
      </code>
      <CopyButton text={fingerprint} label={t.certificates.copyFingerprint} />
    </span>
  );
}
