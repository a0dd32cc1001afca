//! Certificates, good and bad.
//!
//! [`Ca`] and [`Leaf`] make X.509 v3 in memory, in a few microseconds. [`openssl`] runs the real
//! thing for what people really have: certificates made as `mosquitto-tls(7)` says.

pub mod openssl;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SignatureAlgorithm, date_time_ymd,
};
use rustls::pki_types::PrivatePkcs8KeyDer;

/// A certificate with its private key, both as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The leaf, followed by the intermediates it needs.
    pub cert_pem: String,
    pub key_pem: String,
}

impl Identity {
    /// The leaf without the intermediates: a server whose operator forgot them.
    #[must_use]
    pub fn without_chain(&self) -> Self {
        const END: &str = "-----END CERTIFICATE-----";
        let end = self.cert_pem.find(END).expect("a PEM certificate") + END.len();
        Self { cert_pem: format!("{}\n", &self.cert_pem[..end]), key_pem: self.key_pem.clone() }
    }

    /// The leaf followed by everything in `pem`.
    #[must_use]
    pub fn with_chain(&self, pem: &str) -> Self {
        Self { cert_pem: format!("{}{pem}", self.cert_pem), key_pem: self.key_pem.clone() }
    }
}

/// Which key a certificate is made with. P-521 and RSA come from [`openssl`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Key {
    /// ECDSA on P-256.
    #[default]
    P256,
    /// ECDSA on P-384.
    P384,
    /// Ed25519.
    Ed25519,
}

impl Key {
    fn generate(self) -> KeyPair {
        let algorithm: &'static SignatureAlgorithm = match self {
            Self::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            Self::Ed25519 => return ed25519(),
        };
        KeyPair::generate_for(algorithm).expect("a supported algorithm")
    }
}

/// rcgen writes Ed25519 keys as PKCS #8 version 2, which OpenSSL 3.0, and so Mosquitto, can't read.
fn ed25519() -> KeyPair {
    const VERSION_1: &[u8] = b"\x30\x2E\x02\x01\x00\x30\x05\x06\x03\x2B\x65\x70\x04\x22\x04\x20";
    let version_2 = KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a supported algorithm");
    // The same header but for the version, the key's 32 bytes, and then the public key again.
    let secret = &version_2.serialized_der()[VERSION_1.len()..][..32];
    let der = PrivatePkcs8KeyDer::from([VERSION_1, secret].concat());
    KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ED25519).expect("the same key")
}

/// When a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Validity {
    #[default]
    Now,
    Past,
    Future,
}

/// What a certificate is to be, before a [`Ca`] signs it.
#[derive(Debug, Clone)]
pub struct Leaf {
    common_name: String,
    names: Vec<String>,
    usage: ExtendedKeyUsagePurpose,
    validity: Validity,
    key: Key,
}

impl Leaf {
    /// A server's certificate for these host names and IP addresses (as subject alternative names);
    /// the first is the common name too.
    pub fn server(names: &[&str]) -> Self {
        Self {
            common_name: names.first().copied().unwrap_or("server").to_owned(),
            names: names.iter().map(|&name| name.to_owned()).collect(),
            usage: ExtendedKeyUsagePurpose::ServerAuth,
            validity: Validity::Now,
            key: Key::default(),
        }
    }

    /// A client's certificate.
    pub fn client(common_name: &str) -> Self {
        Self {
            common_name: common_name.to_owned(),
            names: Vec::new(),
            usage: ExtendedKeyUsagePurpose::ClientAuth,
            validity: Validity::Now,
            key: Key::default(),
        }
    }

    /// Ended in 2020.
    #[must_use]
    pub fn expired(self) -> Self {
        Self { validity: Validity::Past, ..self }
    }

    /// Begins in 2090.
    #[must_use]
    pub fn not_yet_valid(self) -> Self {
        Self { validity: Validity::Future, ..self }
    }

    /// Made with another kind of key.
    #[must_use]
    pub fn key(self, key: Key) -> Self {
        Self { key, ..self }
    }

    fn params(&self) -> CertificateParams {
        let mut params =
            CertificateParams::new(self.names.clone()).expect("names that fit in a certificate");
        params.distinguished_name.push(DnType::CommonName, self.common_name.as_str());
        params.extended_key_usages = vec![self.usage.clone()];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let (from, to) = match self.validity {
            Validity::Now => (2020, 2090),
            Validity::Past => (2019, 2020),
            Validity::Future => (2090, 2091),
        };
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        params
    }

    /// Signed by its own key: no CA, and not one itself.
    pub fn self_signed(&self) -> Identity {
        let key = self.key.generate();
        let cert = self.params().self_signed(&key).expect("a certificate");
        Identity { cert_pem: cert.pem(), key_pem: key.serialize_pem() }
    }
}

/// A certificate authority.
pub struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// Our own certificate and those above it, without the root; empty for a root.
    chain: String,
}

impl Ca {
    /// A root of its own, named `name`, with a P-256 key.
    pub fn new(name: &str) -> Self {
        Self::with_key(name, Key::default())
    }

    /// A root with another kind of key.
    pub fn with_key(name: &str, key: Key) -> Self {
        let issuer = CertifiedIssuer::self_signed(ca_params(name), key.generate());
        Self { issuer: issuer.expect("a certificate"), chain: String::new() }
    }

    /// An authority below this one.
    #[must_use]
    pub fn intermediate(&self, name: &str) -> Self {
        let issuer =
            CertifiedIssuer::signed_by(ca_params(name), Key::default().generate(), &self.issuer)
                .expect("a certificate");
        let chain = format!("{}{}", issuer.pem(), self.chain);
        Self { issuer, chain }
    }

    /// Our certificate, to be trusted.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Signs `leaf`; intermediates, when we are one, come along.
    pub fn issue(&self, leaf: &Leaf) -> Identity {
        let key = leaf.key.generate();
        let cert = leaf.params().signed_by(&key, &self.issuer).expect("a certificate");
        Identity { cert_pem: format!("{}{}", cert.pem(), self.chain), key_pem: key.serialize_pem() }
    }

    /// A good server certificate for these host names and IP addresses.
    pub fn server(&self, names: &[&str]) -> Identity {
        self.issue(&Leaf::server(names))
    }

    /// A good client certificate.
    pub fn client(&self, common_name: &str) -> Identity {
        self.issue(&Leaf::client(common_name))
    }
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2090, 1, 1);
    params
}

#[cfg(test)]
mod tests {
    use super::openssl::Workshop;
    use super::*;

    #[test]
    fn openssl_agrees_with_what_we_call_good_and_bad() {
        let root = Ca::new("root");
        let intermediate = root.intermediate("middle");
        let workshop = Workshop::new();
        for (what, identity, verdict) in [
            ("good", root.server(&["localhost"]), "OK"),
            ("good P-384", root.issue(&Leaf::server(&["localhost"]).key(Key::P384)), "OK"),
            ("good Ed25519", root.issue(&Leaf::client("me").key(Key::Ed25519)), "OK"),
            ("expired", root.issue(&Leaf::server(&["localhost"]).expired()), "has expired"),
            ("early", root.issue(&Leaf::server(&["x"]).not_yet_valid()), "not yet valid"),
            ("self-signed", Leaf::server(&["localhost"]).self_signed(), "self-signed certificate"),
            ("whole chain", intermediate.server(&["localhost"]), "OK"),
            (
                "broken chain",
                intermediate.server(&["localhost"]).without_chain(),
                "unable to get local issuer",
            ),
            ("unknown CA", Ca::new("other").server(&["localhost"]), "unable to get local issuer"),
        ] {
            let said = workshop.verify(&root.pem(), &identity);
            workshop.encrypt_key(&identity.key_pem, "panics when it can't read the key");
            assert!(said.contains(verdict), "{what}: {said}");
        }
    }

    #[test]
    fn names_and_addresses_become_subject_alternative_names() {
        let identity = Ca::new("root").server(&["broker.example", "127.0.0.1", "::1"]);
        let text = Workshop::new().text(&identity.cert_pem);
        assert!(text.contains("DNS:broker.example"), "{text}");
        assert!(text.contains("IP Address:127.0.0.1"), "{text}");
        assert!(text.contains("Version: 3"), "{text}");
    }
}
