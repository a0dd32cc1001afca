import { faultSentence } from "../i18n/faults";
import type { Language } from "../i18n/language";
import type { PemInput } from "../model/pem";
import { certificatesIn, containsPrivateKey } from "../model/pem";

/** What is wrong with a CA if a private key is in it; the server refuses the same. */
export function caFault(ca: PemInput | undefined, language: Language): string | undefined {
  if (ca === undefined || !containsPrivateKey(ca)) return undefined;
  const key = certificatesIn(ca).length > 0 ? "caWithKey" : "noCertificateBut";
  return faultSentence({ key, params: { found: "privateKey" } }, language);
}
