//! What is wrong with a certificate or a private key, in words.

use crate::{sentence_within, sentences};

sentences! {
    /// What is wrong with a certificate or a private key. Each message completes "`<field>`: …".
    pub enum MaterialFault {
        EmptyFile => "is empty",
        TooManyKibibytes { max: usize } => "must be at most {max} KiB",
        DamagedPem => "is damaged: a PEM block is cut short or is not base64",
        UnreadableCertificate { number: usize, count: usize } => "certificate {number} of {count} can't be read",
        NoCertificate => "holds no certificate in PEM form (-----BEGIN …)",
        NoCertificateBut { found: FileContent } => "holds no certificate, but {found}",
        NoCertificateButConvertible { found: FileContent, command: String } => "holds no certificate, but {found}; convert it first: {command}",
        NoKey => "holds no private key in PEM form (-----BEGIN …)",
        NoKeyBut { found: FileContent } => "holds no private key, but {found}",
        NoKeyButConvertible { found: FileContent, command: String } => "holds no private key, but {found}; convert it first: {command}",
        Holds { found: FileContent } => "holds {found}",
        HoldsConvertible { found: FileContent, command: String } => "holds {found}; convert it first: {command}",
        CaWithKey => "holds a private key; give only the certificates, and keep an authority's key to yourself",
        TwoKeys => "holds a private key, and key is given, too; remove one of them",
        SeveralKeys => "holds more than one private key",
        KeyIsEncrypted => "is encrypted; decrypt it first, for example with openssl pkey -in key.pem -out plain.pem",
        KeyMissing => "is missing; a certificate needs its private key",
        CertificateMissing => "is missing; a private key needs its certificate",
        UnusableKey => "can't be used; RSA (2048 to 8192 bits), ECDSA (P-256, P-384, P-521) and Ed25519 keys can",
        UnusableKindOfKey { kind: String } => "is of a kind that can't be used ({kind}); RSA (2048 to 8192 bits), ECDSA (P-256, P-384, P-521) and Ed25519 keys can",
        OtherKey => "does not belong to the first certificate in cert",
    }
}

sentences! {
    /// The content of a file that should hold a certificate or a key.
    #[derive(Copy)]
    pub enum FileContent {
        Certificate => "a certificate",
        PrivateKey => "a private key",
        EncryptedKey => "an encrypted private key",
        DsaKey => "a DSA key, which TLS has given up",
        OpensshKey => "an OpenSSH private key",
        PuttyKey => "a PuTTY private key",
        SshPublicKey => "an SSH public key",
        PgpKey => "a PGP private key, which TLS has no use for",
        Pkcs12 => "a PKCS #12 file (.p12, .pfx)",
        Pkcs7 => "a PKCS #7 file (.p7b)",
        JavaKeyStore => "a Java key store",
        Utf16 => "UTF-16 text",
        Request => "a certificate request, not yet signed",
        RevocationList => "a revocation list",
        PublicKey => "a public key",
        WebPage => "a web page",
    }
}
sentence_within!(FileContent: "content");
sentence_within!(MaterialFault: "fault");
