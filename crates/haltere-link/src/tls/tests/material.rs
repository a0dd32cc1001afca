//! What is refused before it is stored, and why.

use haltere_testkit::certs::openssl::{Key, Workshop};
use haltere_testkit::certs::{self, Ca, Leaf};
use proptest::prelude::*;

use super::super::check_material;
use super::*;

fn identity(cert: &str, key: &str) -> TlsSettings {
    TlsSettings { cert: Some(pem(cert)), key: Some(pem(key).into()), ..TlsSettings::default() }
}

#[test]
fn all_kinds_and_forms_of_keys_are_taken() {
    let workshop = Workshop::new();
    let ca = workshop.ca("factory", Key::Rsa2048);
    for key in [Key::Rsa2048, Key::P256, Key::P384, Key::P521] {
        // Version 1, and version 3.
        for made in [ca.issue("me", key), workshop.self_signed("me", key)] {
            for form in [made.key_pem.clone(), workshop.traditional_key(&made.key_pem)] {
                let verdict = check_material(&identity(&made.cert_pem, &form));
                verdict.unwrap_or_else(|error| panic!("{key:?}: {error}"));
            }
        }
    }
    let ed25519 = Ca::new("x").issue(&Leaf::client("me").key(certs::Key::Ed25519));
    check_material(&identity(&ed25519.cert_pem, &ed25519.key_pem)).expect("Ed25519");
}

#[test]
fn text_around_blocks_does_no_harm() {
    let workshop = Workshop::new();
    let made = workshop.self_signed("me", Key::P256);
    let traditional = workshop.traditional_key(&made.key_pem);
    let parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    for (cert, key) in [
        (
            format!("Certificate:\n  Data:\n{}\nbye", made.cert_pem),
            format!("{parameters}{traditional}"),
        ),
        (windows(&made.cert_pem), windows(&made.key_pem)),
        (format!("{0}{0}", made.cert_pem), format!("Bag Attributes\n{}", made.key_pem)),
        (
            format!("{}{}", made.key_pem, made.cert_pem),
            format!("{}{}", made.cert_pem, made.key_pem),
        ),
    ] {
        let tls = TlsSettings { ca: Some(pem(&cert)), ..identity(&cert, &key) };
        check_material(&tls).unwrap_or_else(|error| panic!("{error}\n{cert}"));
    }
}

#[test]
fn what_is_refused_and_why() {
    let workshop = Workshop::new();
    let made = workshop.self_signed("me", Key::P256);
    let rsa = workshop.self_signed("me", Key::Rsa2048);
    let (cert, key) = (made.cert_pem.as_str(), made.key_pem.as_str());
    let encrypted = workshop.encrypt_key(key, "secret");
    let old_encrypted = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let not_a_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cut = &cert[..cert.len() / 2];
    let ca = |text: &str| trusting(text);
    for (tls, field, says) in [
        (ca(""), "ca", "is empty"),
        (ca("hello"), "ca", "holds no certificate in PEM form"),
        (ca(cut), "ca", "is damaged"),
        (ca(&cert.replace("MII", "M!!")), "ca", "is damaged"),
        (ca(not_a_certificate), "ca", "certificate 1 of 1 can't be read"),
        (ca(&format!("{cert}{not_a_certificate}")), "ca", "certificate 2 of 2 can't be read"),
        (ca(key), "ca", "holds no certificate, but a private key"),
        (ca("0\u{2}\0\0"), "ca", "holds no certificate in PEM form"),
        (
            TlsSettings { ca: Some(Pem::new(vec![0x30, 0x82, 1, 0])), ..TlsSettings::default() },
            "ca",
            "holds no certificate in PEM form",
        ),
        (TlsSettings { cert: Some(pem(cert)), ..TlsSettings::default() }, "key", "is missing"),
        (
            TlsSettings { key: Some(pem(key).into()), ..TlsSettings::default() },
            "cert",
            "is missing",
        ),
        (identity(cert, &encrypted), "key", "decrypt it first"),
        (identity(cert, old_encrypted), "key", "decrypt it first"),
        (identity(cert, cert), "key", "holds no private key, but a certificate"),
        (identity(cert, &format!("{key}{key}")), "key", "more than one"),
        (
            identity(cert, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            "key",
            "can't be used",
        ),
        (identity(cert, &rsa.key_pem), "key", "does not belong"),
        (identity(&rsa.cert_pem, key), "key", "does not belong"),
        (identity(cert, &workshop.self_signed("me", Key::P256).key_pem), "key", "does not belong"),
        (identity(&format!("{}{cert}", rsa.cert_pem), key), "key", "does not belong"),
        (identity(key, key), "cert", "holds no certificate, but a private key"),
    ] {
        let error = check_material(&tls).expect_err(says);
        assert_eq!(error.field, field, "{error}");
        assert!(error.reason.to_string().contains(says), "{error}");
    }
}

#[test]
fn keys_that_can_not_be_used_are_named() {
    let made = |command: &str| {
        let output = Command::new("sh").args(["-c", command]).output().expect("sh runs");
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("PEM")
    };
    let cert = Workshop::new().self_signed("me", Key::P256).cert_pem;
    for (command, says) in [
        (
            "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024",
            "is of a kind that can't be used (RSA 1024); RSA (2048 to",
        ),
        ("genrsa -traditional 1024", "is of a kind that can't be used (RSA 1024); RSA (2048 to"),
        ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-224", "(EC P-224)"),
        ("ecparam -genkey -noout -name secp224r1", "(EC P-224)"),
        ("ecparam -genkey -noout -name secp256k1", "(EC secp256k1)"),
        (
            "ecparam -genkey -noout -name secp224r1 -param_enc explicit",
            "(EC, ec_param_enc:explicit)",
        ),
        ("genpkey -algorithm ED448", "(Ed448)"),
        ("genpkey -algorithm X25519", "(X25519, X448)"),
        ("genpkey -algorithm RSA-PSS", "(RSA-PSS)"),
        ("dsaparam -genkey -noout 2048 | openssl pkcs8 -topk8 -nocrypt", "(DSA)"),
    ] {
        let key = made(&format!("openssl {command} 2>/dev/null"));
        let error = check_material(&identity(&cert, &key)).expect_err(says);
        assert_eq!(error.field, "key", "{command}: {error}");
        assert!(error.reason.to_string().contains(says), "{command}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_make_it_panic(ca: Vec<u8>, cert: Vec<u8>, key: Vec<u8>) {
        let armour = |kind: &str, bytes: &[u8]| {
            use base64::Engine as _;
            let body = base64::engine::general_purpose::STANDARD.encode(bytes);
            Pem::new(format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n").into_bytes())
        };
        for kind in ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"] {
            let tls = TlsSettings {
                ca: Some(armour("CERTIFICATE", &ca)),
                cert: Some(armour("CERTIFICATE", &cert)),
                key: Some(armour(kind, &key).into()),
                ..TlsSettings::default()
            };
            prop_assert!(check_material(&tls).is_err());
        }
        let bare = TlsSettings { ca: Some(Pem::new(ca)), ..TlsSettings::default() };
        prop_assert!(check_material(&bare).is_err());
    }
}
