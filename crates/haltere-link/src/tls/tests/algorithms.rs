//! Signatures and keys of all kinds that `openssl` makes: accepted where `mosquitto_pub` accepts them, as
//! far as we can; otherwise named as what they are.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use haltere_testkit::{Identity, Listener, Mosquitto};
use parking_lot::Mutex;

use super::*;

/// Has `openssl` make a key of the kind `$1` into the file `key`.
const MAKE_KEY: &str = r"
    case $1 in
        DSA) openssl dsaparam -out parameters 2048 && openssl gendsa -out key parameters ;;
        *) openssl genpkey -algorithm $1 -out key ;;
    esac
";

/// Has `openssl` make a CA with the key in `ca.key`, and have it sign a certificate for localhost and the key in `key`,
/// with the options `$1`.
const MAKE_CERTIFICATES: &str = "
    printf 'basicConstraints=critical,CA:TRUE' >ca-extensions &&
    printf 'subjectAltName=DNS:localhost' >extensions &&
    openssl req -new -key ca.key -subj /CN=factory -out csr &&
    openssl x509 -req -in csr -signkey ca.key -extfile ca-extensions -days 30 -out ca &&
    openssl req -new -key key -subj /CN=localhost -out csr &&
    openssl x509 -req -in csr -CA ca -CAkey ca.key -CAcreateserial -extfile extensions -days 30 $1 -out crt
";

/// Runs a script in this folder.
fn run(folder: &Path, script: &str, argument: &str) {
    let output =
        Command::new("sh").args(["-c", script, "make", argument]).current_dir(folder).output();
    let output = output.expect("sh runs");
    assert!(output.status.success(), "{argument}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The key of this kind with this name. Made once, because RSA keys take long.
fn key_of(kind: &str, name: &'static str) -> String {
    static KEYS: LazyLock<Mutex<HashMap<(String, &str), String>>> = LazyLock::new(Mutex::default);
    let make = || {
        let folder = tempfile::tempdir().expect("a temporary folder");
        run(folder.path(), MAKE_KEY, kind);
        fs::read_to_string(folder.path().join("key")).expect("a key")
    };
    KEYS.lock().entry((kind.to_owned(), name)).or_insert_with(make).clone()
}

/// The certificate of the CA with this name, and one that it signed.
fn make(ca: &'static str, ca_key: &str, key: &str, options: &str) -> (String, Identity) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name| folder.path().join(name);
    let read = |name| fs::read_to_string(file(name)).expect("a file");
    let key_pem = key_of(key, "localhost");
    fs::write(file("ca.key"), key_of(ca_key, ca)).expect("written");
    fs::write(file("key"), &key_pem).expect("written");
    run(folder.path(), MAKE_CERTIFICATES, options);
    (read("ca"), Identity { cert_pem: read("crt"), key_pem })
}

/// A broker with this certificate, however weak.
async fn broker(server: &Identity) -> Mosquitto {
    let listener = Listener::tls(server).option("ciphers DEFAULT:@SECLEVEL=0");
    Mosquitto::builder().listener(listener).start().await
}

const RSA: &str = "RSA";
const P256: &str = "EC -pkeyopt ec_paramgen_curve:P-256";

async fn is_accepted(ca_key: &str, key: &str, options: &str, as_legacy: bool) {
    let broker = accepted(ca_key, key, options, as_legacy).await;
    // Another CA of that name does not count, and neither do the system's roots.
    let (namesake, _) = make("namesake", ca_key, key, options);
    for tls in [trusting(&namesake), TlsSettings::default()] {
        let refused = shake_hands(broker.address(), "localhost", &tls).await;
        assert!(refused.is_err(), "{ca_key}, {key}, {options}: under another CA");
    }
}

async fn accepted(ca_key: &str, key: &str, options: &str, as_legacy: bool) -> Mosquitto {
    let (ca, server) = make("factory", ca_key, key, options);
    let (broker, tls) = (broker(&server).await, trusting(&ca));
    let handshake = shake_hands(broker.address(), "localhost", &tls).await;
    let facts = handshake.unwrap_or_else(|refused| panic!("{options}: {}", refused.failure)).facts;
    assert_eq!(facts.legacy_certificate, as_legacy, "{ca_key}, {key}, {options}");
    assert!(
        Oracle::new(&tls).mosquitto_pub(broker.address(), "localhost"),
        "{ca_key}, {key}, {options}: mosquitto_pub"
    );
    broker
}

#[tokio::test]
async fn rsa_with_hashes_that_webpki_does_not_know() {
    for hash in ["sha224", "sha3-256", "sha3-384", "sha3-512"] {
        is_accepted(RSA, RSA, &format!("-{hash}"), true).await;
    }
    is_accepted(RSA, RSA, "-sha384", false).await;
}

#[tokio::test]
async fn ecdsa_with_sha_224() {
    for curve in ["P-256", "P-384", "P-521"] {
        let key = format!("EC -pkeyopt ec_paramgen_curve:{curve}");
        is_accepted(&key, P256, "-sha224", true).await;
    }
}

/// `openssl` knows the curve as it should be; TLS has no use for it, so only a CA can have it.
#[tokio::test]
async fn a_ca_on_secp256k1() {
    let key = "EC -pkeyopt ec_paramgen_curve:secp256k1";
    for hash in ["sha224", "sha256", "sha384", "sha512"] {
        is_accepted(key, P256, &format!("-{hash}"), true).await;
    }
}

#[tokio::test]
async fn rsa_pss_with_any_salt() {
    const PSS: &str = "-sigopt rsa_padding_mode:pss";
    for options in ["-sha256", "-sha384", "-sha512", "-sha224"] {
        is_accepted(RSA, RSA, &format!("{options} {PSS}"), true).await;
    }
    for salt in ["0", "20", "max"] {
        let options = format!("-sha256 {PSS} -sigopt rsa_pss_saltlen:{salt}");
        is_accepted(RSA, RSA, &options, true).await;
    }
    is_accepted(RSA, RSA, &format!("-sha256 {PSS} -sigopt rsa_pss_saltlen:digest"), false).await;
    is_accepted(RSA, RSA, &format!("-sha256 {PSS} -sigopt rsa_mgf1_md:sha1"), true).await;
}

#[tokio::test]
async fn keys_for_rsa_pss_alone() {
    is_accepted("RSA-PSS", RSA, "-sha256", true).await;
    is_accepted(RSA, "RSA-PSS", "-sha256", false).await;
    let limited = "RSA-PSS -pkeyopt rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 \
                   -pkeyopt rsa_pss_keygen_saltlen:20";
    is_accepted(limited, RSA, "-sha384", true).await;
}

#[tokio::test]
async fn rsa_keys_of_uncommon_sizes() {
    for bits in [1_968, 2_041, 2_047] {
        let key = format!("RSA -pkeyopt rsa_keygen_bits:{bits}");
        is_accepted(&key, P256, "-sha256", true).await;
    }
    // Made of more primes it is made sooner, and looks the same from outside.
    let long = "RSA -pkeyopt rsa_keygen_bits:8200 -pkeyopt rsa_keygen_primes:5";
    accepted(long, P256, "-sha256", true).await;
    for bits in [2_041, 2_047] {
        let key = format!("RSA -pkeyopt rsa_keygen_bits:{bits}");
        is_accepted(P256, &key, "-sha256", false).await;
    }
    is_accepted("RSA -pkeyopt rsa_keygen_pubexp:3", RSA, "-sha256", false).await;
}

#[tokio::test]
async fn what_else_webpki_takes() {
    is_accepted("ED25519", "ED25519", "", false).await;
    is_accepted("EC -pkeyopt ec_paramgen_curve:P-521", P256, "-sha512", false).await;
}

/// `mosquitto_pub` refuses these as well.
#[tokio::test]
async fn too_weak_for_everybody() {
    for (ca_key, key, options, code, says) in [
        (RSA, RSA, "-sha1", "CA_MD_TOO_WEAK", "signed by RSA with SHA-1, which is too weak"),
        (RSA, RSA, "-md5", "CA_MD_TOO_WEAK", "signed by RSA with MD5"),
        (RSA, RSA, "-ripemd160", "CA_MD_TOO_WEAK", "signed by RSA with RIPEMD-160"),
        (P256, P256, "-sha1", "CA_MD_TOO_WEAK", "signed by ECDSA with SHA-1"),
        (
            RSA,
            RSA,
            "-sha1 -sigopt rsa_padding_mode:pss",
            "CA_MD_TOO_WEAK",
            "signed by RSA-PSS with SHA-1",
        ),
        (
            "RSA -pkeyopt rsa_keygen_bits:1024",
            RSA,
            "-sha256",
            "CA_KEY_TOO_SMALL",
            "A certificate in the field ca has an RSA key of 1024 bits",
        ),
        (
            "RSA -pkeyopt rsa_keygen_bits:1960",
            RSA,
            "-sha256",
            "CA_KEY_TOO_SMALL",
            "an RSA key of 1960 bits",
        ),
        (
            RSA,
            "RSA -pkeyopt rsa_keygen_bits:1024",
            "-sha256",
            "EE_KEY_TOO_SMALL",
            "The broker's certificate has an RSA key of 1024 bits",
        ),
        (
            RSA,
            RSA,
            "-sha512-256",
            "UNSUPPORTED_SIGNATURE_ALGORITHM",
            "signed by RSA with SHA-512/256, which haltere does not support",
        ),
        (
            P256,
            P256,
            "-sha3-256",
            "UNSUPPORTED_SIGNATURE_ALGORITHM",
            "signed by ECDSA with SHA3-256",
        ),
        (
            "EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
            P256,
            "-sha256",
            "EC_KEY_EXPLICIT_PARAMS",
            "written out instead of named",
        ),
    ] {
        is_named(ca_key, key, options, code, says, false).await;
    }
}

/// `mosquitto_pub` accepts these, and no library of ours has them.
#[tokio::test]
async fn not_supported_here_and_named() {
    let code = "UNSUPPORTED_SIGNATURE_ALGORITHM";
    let curve = |name| format!("EC -pkeyopt ec_paramgen_curve:{name}");
    let in_ca =
        "A certificate in the field ca has a key of a kind that haltere does not support (EC";
    for (ca_key, options, says) in [
        (RSA.to_owned(), "-sha3-224", "signed by RSA with SHA3-224".to_owned()),
        ("DSA".to_owned(), "-sha256", "signed by DSA with SHA-256".to_owned()),
        ("ED448".to_owned(), "", "signed by Ed448".to_owned()),
        (curve("brainpoolP256r1"), "-sha256", format!("{in_ca} brainpoolP256r1)")),
        (curve("P-224"), "-sha256", format!("{in_ca} P-224)")),
    ] {
        is_named(&ca_key, P256, options, code, &says, true).await;
    }
}

async fn is_named(
    ca_key: &str,
    key: &str,
    options: &str,
    code: &str,
    says: &str,
    oracle_accepts: bool,
) {
    let (ca, server) = make("factory", ca_key, key, options);
    let (broker, tls) = (broker(&server).await, trusting(&ca));
    let failure = connect(broker.address(), "localhost", &tls).await.expect_err(says);
    assert_eq!(failure.code.as_str(), code, "{failure}");
    assert!(failure.message.to_string().contains(says), "{failure}");
    assert!(
        failure.message.to_string().contains("; accepted are ") || code.starts_with("EC_"),
        "{failure}"
    );
    let oracle = Oracle::new(&tls).mosquitto_pub(broker.address(), "localhost");
    assert_eq!(oracle, oracle_accepts, "{ca_key}, {key}, {options}: mosquitto_pub");

    // Without verification this one is accepted, too.
    let careless = TlsSettings { reject_unauthorized: Some(false), ..TlsSettings::default() };
    connect(broker.address(), "localhost", &careless).await.expect(says);
}

/// A certificate in between.
#[tokio::test]
async fn intermediates_are_named_as_well() {
    let ca = issue("factory", None, "-days 30 -extfile ca");
    let middle = issue("middle", Some(&ca), "-days 30 -extfile ca -sha1");
    let server = issue("localhost", Some(&middle), "-days 30 -extfile server");
    let first = broker(&server.with_chain(&middle.cert_pem)).await;
    let failure = connect(first.address(), "localhost", &trusting(&ca.cert_pem)).await;
    let failure = failure.expect_err("SHA-1 in between");
    assert_eq!(failure.code.as_str(), "CA_MD_TOO_WEAK");
    assert!(
        failure.message.to_string().starts_with("A certificate in the broker's chain is"),
        "{failure}"
    );

    // How a root signed itself is of no interest.
    let root = issue("root", None, "-days 30 -extfile ca -md5");
    let server = issue("localhost", Some(&root), "-days 30 -extfile server -sha224");
    let second = broker(&server).await;
    let tls = trusting(&root.cert_pem);
    connect(second.address(), "localhost", &tls).await.expect("only the root is signed with MD5");
    assert!(Oracle::new(&tls).mosquitto_pub(second.address(), "localhost"));
}

/// What is signed is what is checked: no bit of it may change.
#[test]
fn a_changed_certificate_is_refused() {
    use rustls::client::danger::ServerCertVerifier as _;
    use rustls_pki_types::{CertificateDer, UnixTime, pem::PemObject as _};

    use super::super::provider::provider;
    use super::super::trust::Trust;
    use super::super::verifier::{Verifier, server_name};

    let der = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate");
    for (ca_key, options) in
        [(RSA, "-sha224"), (RSA, "-sha256 -sigopt rsa_padding_mode:pss"), (P256, "-sha224")]
    {
        let (ca, server) = make("factory", ca_key, P256, options);
        let verifier = Verifier::new(Some(Trust::supplied(vec![der(&ca)])), provider());
        let name = server_name(&host("localhost")).expect("a name");
        let passes = |leaf: &[u8]| {
            let leaf = CertificateDer::from(leaf);
            verifier.verify_server_cert(&leaf, &[], &name, &[], UnixTime::now()).is_ok()
        };
        let good = der(&server.cert_pem);
        assert!(passes(&good), "{options}");
        for byte in 0..good.len() {
            let mut bad = good.to_vec();
            bad[byte] ^= 1 << (byte % 8);
            assert!(!passes(&bad), "{options}: byte {byte}");
        }
    }
}
