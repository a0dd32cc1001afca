import type * as en from "./en-material";

/** The messages of `en-material.ts` in German. */
export const materialFaults: typeof en.materialFaults = {
  emptyFile: "Ist leer.",
  damagedPem: "Ist beschädigt: Ein PEM-Block ist abgeschnitten oder nicht in Base64.",
  unreadableCertificate: "Zertifikat {number} von {count} lässt sich nicht lesen.",
  noCertificate: "Enthält kein Zertifikat im PEM-Format (-----BEGIN …).",
  noCertificateBut: "Enthält kein Zertifikat, sondern {found}.",
  noCertificateButConvertible: "Enthält kein Zertifikat, sondern {found}. Umwandeln lässt sich das mit: `{command}`",
  noKey: "Enthält keinen privaten Schlüssel im PEM-Format (-----BEGIN …).",
  noKeyBut: "Enthält keinen privaten Schlüssel, sondern {found}.",
  noKeyButConvertible: "Enthält keinen privaten Schlüssel, sondern {found}. Umwandeln lässt sich das mit: `{command}`",
  holds: "Enthält {found}.",
  holdsConvertible: "Enthält {found}. Umwandeln lässt sich das mit: `{command}`",
  caWithKey:
    "Enthält einen privaten Schlüssel. Geben Sie nur die Zertifikate ein, und behalten Sie den Schlüssel einer CA für sich.",
  twoKeys:
    "Enthält einen privaten Schlüssel, und unter „Privater Schlüssel“ ist noch einer. Entfernen Sie einen davon.",
  severalKeys: "Enthält mehr als einen privaten Schlüssel.",
  keyIsEncrypted:
    "Ist verschlüsselt. Entschlüsseln Sie ihn zuerst, zum Beispiel mit `openssl pkey -in key.pem -out plain.pem`",
  keyMissing: "Fehlt: Zu einem Zertifikat gehört sein privater Schlüssel.",
  certificateMissing: "Fehlt: Zu einem privaten Schlüssel gehört sein Zertifikat.",
  unusableKey:
    "Ist nicht benutzbar. Möglich sind Schlüssel für RSA (2048 bis 8192 Bit), ECDSA (P-256, P-384, P-521) und Ed25519.",
  unusableKindOfKey:
    "Ist nicht benutzbar ({kind}). Möglich sind Schlüssel für RSA (2048 bis 8192 Bit), ECDSA (P-256, P-384, P-521) und Ed25519.",
  otherKey: "Gehört nicht zum ersten Zertifikat unter „Zertifikat“.",
};

export const fileContents: typeof en.fileContents = {
  certificate: "ein Zertifikat",
  privateKey: "einen privaten Schlüssel",
  encryptedKey: "einen verschlüsselten privaten Schlüssel",
  dsaKey: "einen DSA-Schlüssel, den TLS nicht mehr verwendet",
  opensshKey: "einen privaten OpenSSH-Schlüssel",
  puttyKey: "einen privaten PuTTY-Schlüssel",
  sshPublicKey: "einen öffentlichen SSH-Schlüssel",
  pgpKey: "einen privaten PGP-Schlüssel, den TLS nicht verwendet",
  pkcs12: "eine PKCS-#12-Datei (.p12, .pfx)",
  pkcs7: "eine PKCS-#7-Datei (.p7b)",
  javaKeyStore: "einen Java-Keystore",
  utf16: "Text in UTF-16",
  request: "eine Zertifikatsanfrage, die noch nicht signiert ist",
  revocationList: "eine Sperrliste",
  publicKey: "einen öffentlichen Schlüssel",
  webPage: "eine Webseite",
};
