/** What is wrong with a certificate or a private key, by the key of the server's sentence. */
export const materialFaults = {
  emptyFile: "Is empty.",
  damagedPem: "Is damaged: a PEM block is cut short or is not base64.",
  unreadableCertificate: "Certificate {number} of {count} can't be read.",
  noCertificate: "Contains no certificate in PEM form (-----BEGIN …).",
  noCertificateBut: "Contains no certificate, but {found}.",
  noCertificateButConvertible: "Contains no certificate, but {found}. Convert it first: `{command}`",
  noKey: "Contains no private key in PEM form (-----BEGIN …).",
  noKeyBut: "Contains no private key, but {found}.",
  noKeyButConvertible: "Contains no private key, but {found}. Convert it first: `{command}`",
  holds: "Contains {found}.",
  holdsConvertible: "Contains {found}. Convert it first: `{command}`",
  caWithKey: "Contains a private key. Enter only the certificates, and keep a CA's key to yourself.",
  twoKeys: "Contains a private key, and there is another under “Private key”. Remove one of them.",
  severalKeys: "Contains more than one private key.",
  keyIsEncrypted: "Is encrypted. Decrypt it first, for example with `openssl pkey -in key.pem -out plain.pem`",
  keyMissing: "Is missing: a certificate needs its private key.",
  certificateMissing: "Is missing: a private key needs its certificate.",
  unusableKey: "Can't be used. RSA (2048 to 8192 bits), ECDSA (P-256, P-384, P-521) and Ed25519 keys can.",
  unusableKindOfKey:
    "Is of a kind that can't be used ({kind}). RSA (2048 to 8192 bits), ECDSA (P-256, P-384, P-521) and Ed25519 keys can.",
  otherKey: "Does not belong to the first certificate under “Certificate”.",
};

/** The content of a file that should hold a certificate or a key, within a sentence. */
export const fileContents = {
  certificate: "a certificate",
  privateKey: "a private key",
  encryptedKey: "an encrypted private key",
  dsaKey: "a DSA key, which TLS no longer uses",
  opensshKey: "an OpenSSH private key",
  puttyKey: "a PuTTY private key",
  sshPublicKey: "an SSH public key",
  pgpKey: "a PGP private key, which TLS does not use",
  pkcs12: "a PKCS #12 file (.p12, .pfx)",
  pkcs7: "a PKCS #7 file (.p7b)",
  javaKeyStore: "a Java key store",
  utf16: "UTF-16 text",
  request: "a certificate request, which is not signed yet",
  revocationList: "a revocation list",
  publicKey: "a public key",
  webPage: "a web page",
};
