//! Forms of certificates and keys that haltere doesn't read, and what converts them.

use super::armor::contains;
use super::material_error::FileContent;

/// What a user gave that is neither a certificate nor a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    EncryptedKey,
    DsaKey,
    OpensshKey,
    PuttyKey,
    SshPublicKey,
    PgpKey,
    Pkcs12,
    Pkcs7Der,
    Pkcs7Pem,
    JavaKeyStore,
    Utf16,
    Request,
    RevocationList,
    PublicKey,
    WebPage,
}

/// Whether it begins like one of the known texts that are neither PEM nor DER: they are refused by name.
pub fn is_foreign(text: &[u8]) -> bool {
    Foreign::of_file(text).is_some()
}

impl Foreign {
    /// By the label of its PEM block, where what is inside isn't DER or doesn't matter.
    pub(super) fn of_label(label: &str) -> Option<Self> {
        Some(match label {
            "ENCRYPTED PRIVATE KEY" => Self::EncryptedKey,
            "OPENSSH PRIVATE KEY" => Self::OpensshKey,
            "DSA PRIVATE KEY" => Self::DsaKey,
            "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" => Self::Pkcs7Pem,
            "PKCS12" => Self::Pkcs12,
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Self::Request,
            "X509 CRL" | "CRL" => Self::RevocationList,
            "PUBLIC KEY" | "RSA PUBLIC KEY" => Self::PublicKey,
            "PGP PRIVATE KEY BLOCK" => Self::PgpKey,
            _ => return None,
        })
    }

    /// By how a file begins that is no PEM, and no DER either.
    pub(super) fn of_file(bytes: &[u8]) -> Option<Self> {
        const WIDE: [&[u8]; 2] = [b"-\0-\0-\0B\0", b"\0-\0-\0-\0B"];
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        let begins = |words: &[&[u8]]| words.iter().any(|words| text.starts_with(words));
        if begins(&[b"\xff\xfe", b"\xfe\xff"]) || WIDE.iter().any(|it| contains(bytes, it)) {
            Some(Self::Utf16)
        } else if begins(&[b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"]) {
            Some(Self::JavaKeyStore)
        } else if begins(&[b"PuTTY-User-Key-File-"]) {
            Some(Self::PuttyKey)
        } else if begins(&[b"ssh-", b"ecdsa-sha2-", b"---- BEGIN SSH2 PUBLIC"]) {
            Some(Self::SshPublicKey)
        } else if begins(&[b"<!DOCTYPE", b"<!doctype", b"<html", b"<HTML"]) {
            Some(Self::WebPage)
        } else {
            None
        }
    }

    /// Whether it is secret.
    pub(super) const fn is_private_key(self) -> bool {
        matches!(
            self,
            Self::EncryptedKey | Self::DsaKey | Self::OpensshKey | Self::PuttyKey | Self::PgpKey
        )
    }

    /// Its name in a message.
    pub(super) const fn content(self) -> FileContent {
        match self {
            Self::EncryptedKey => FileContent::EncryptedKey,
            Self::DsaKey => FileContent::DsaKey,
            Self::OpensshKey => FileContent::OpensshKey,
            Self::PuttyKey => FileContent::PuttyKey,
            Self::SshPublicKey => FileContent::SshPublicKey,
            Self::PgpKey => FileContent::PgpKey,
            Self::Pkcs12 => FileContent::Pkcs12,
            Self::Pkcs7Der | Self::Pkcs7Pem => FileContent::Pkcs7,
            Self::JavaKeyStore => FileContent::JavaKeyStore,
            Self::Utf16 => FileContent::Utf16,
            Self::Request => FileContent::Request,
            Self::RevocationList => FileContent::RevocationList,
            Self::PublicKey => FileContent::PublicKey,
            Self::WebPage => FileContent::WebPage,
        }
    }

    /// The command that converts it to a form that can be read.
    pub(super) const fn conversion(self) -> Option<&'static str> {
        Some(match self {
            Self::EncryptedKey => "openssl pkey -in key.pem -out plain.pem",
            Self::OpensshKey => "ssh-keygen -p -N \"\" -m PEM -f COPY-OF-KEY",
            Self::PuttyKey => "puttygen key.ppk -O private-openssh -o key.pem",
            Self::Pkcs12 => "openssl pkcs12 -in FILE -nodes -out all.pem",
            Self::Pkcs7Der => "openssl pkcs7 -inform der -in FILE -print_certs -out certs.pem",
            Self::Pkcs7Pem => "openssl pkcs7 -in FILE -print_certs -out certs.pem",
            Self::JavaKeyStore => {
                "keytool -importkeystore -srckeystore FILE -destkeystore new.p12 -deststoretype PKCS12"
            }
            Self::Utf16 => "iconv -f UTF-16 -t UTF-8 FILE > plain.pem",
            Self::DsaKey
            | Self::SshPublicKey
            | Self::PgpKey
            | Self::Request
            | Self::RevocationList
            | Self::PublicKey
            | Self::WebPage => return None,
        })
    }
}
