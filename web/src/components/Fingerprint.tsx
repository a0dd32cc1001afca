import { useWords } from "../i18n/language";
import { Copy } from "../ui/Copy";
import { groups } from "../util/fingerprint";
import classes from "./Fingerprint.module.css";

/** A certificate's fingerprint, to be read out or copied. */
export function Fingerprint({ fingerprint }: { fingerprint: string }) {
  const words = useWords();
  return (
    <span className={classes.whole}>
      <code className={classes.groups}>
        {groups(fingerprint).map((group, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- groups never move, and may be alike
          <span key={index}>{group} </span>
        ))}
      </code>
      <Copy text={fingerprint} label={words.certificates.copyFingerprint} />
    </span>
  );
}
