//! Handshakes that come to nothing, and certificates of strange lengths and times.

use haltere_testkit::certs::openssl::{Key, Workshop};
use haltere_testkit::{Ca, Identity, Listener, Mosquitto};

use super::super::names_nothing_in_common;
use super::*;

/// The outcome, and the first advice for a user at a terminal.
async fn refused(address: SocketAddr, tls: &TlsSettings) -> LinkFailure {
    shake_hands(address, "localhost", tls).await.expect_err("a refusal").failure
}

fn has_nothing_in_common(failure: &LinkFailure, what: &str) {
    assert_eq!(failure.code.as_str(), "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "{what}: {failure}");
    assert!(names_nothing_in_common(failure), "{what}: {failure}");
    assert!(failure.message.to_string().contains("cipher suites"), "{what}: {failure}");
    assert!(!failure.message.to_string().contains("client certificate"), "{what}: {failure}");
}

#[tokio::test]
async fn a_broker_that_can_do_nothing_of_ours() {
    let ca = Ca::new("factory");
    let server = Workshop::new().self_signed("localhost", Key::Rsa2048);
    for (what, options) in [
        ("CBC", "ciphers ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA"),
        ("key exchange by RSA", "ciphers AES128-GCM-SHA256:AES256-SHA"),
        ("finite fields", "ciphers DHE-RSA-AES128-GCM-SHA256"),
    ] {
        let listener =
            Listener::tls(&server).option(options).option("ciphers_tls1.3 TLS_AES_128_CCM_SHA256");
        let broker = Mosquitto::builder().listener(listener).start().await;
        has_nothing_in_common(&refused(broker.address(), &trusting(&ca.pem())).await, what);
    }

    let folder = tempfile::tempdir().expect("a temporary folder");
    let keys = folder.path().join("psk");
    std::fs::write(&keys, "me:61626364\n").expect("a file");
    // Mosquitto reads it after it has changed its user.
    let readable = std::os::unix::fs::PermissionsExt::from_mode;
    std::fs::set_permissions(folder.path(), readable(0o755)).expect("permissions");
    std::fs::set_permissions(&keys, readable(0o644)).expect("permissions");
    let listener =
        Listener::plain().option("psk_hint broker").option(&format!("psk_file {}", keys.display()));
    let broker = Mosquitto::builder().listener(listener).start().await;
    has_nothing_in_common(&refused(broker.address(), &TlsSettings::default()).await, "PSK");

    let curve = OpensslServer::start(&server, None, &["-groups", "brainpoolP256r1"]);
    has_nothing_in_common(&refused(curve.address, &TlsSettings::default()).await, "groups");
}

/// Under TLS 1.2 the same alert means something else once a certificate was asked for.
#[tokio::test]
async fn a_client_certificate_that_is_missing_is_called_that() {
    let ca = Ca::new("factory");
    let server = ca.server(&["localhost"]);
    let broker = OpensslServer::start(&server, Some(&ca.pem()), &["-tls1_2"]);
    let failure = refused(broker.address, &trusting(&ca.pem())).await;
    assert_eq!(failure.code.as_str(), "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "{failure}");
    assert!(failure.message.to_string().contains("asks for a client certificate"), "{failure}");
}

#[tokio::test]
async fn versions_of_another_age() {
    let server = Workshop::new().self_signed("localhost", Key::Rsa2048);
    for version in ["-tls1", "-tls1_1"] {
        let old = OpensslServer::start(&server, None, &[version, "-cipher", "ALL:@SECLEVEL=0"]);
        let failure = refused(old.address, &TlsSettings::default()).await;
        assert!(failure.code.as_str().starts_with("ERR_SSL_"), "{version}: {failure}");
        assert!(
            failure.message.to_string().contains("only older versions of TLS"),
            "{version}: {failure}"
        );
    }
}

#[tokio::test]
async fn chains_that_are_too_long() {
    let root = Ca::new("root");
    let mut authority = root.intermediate("1");
    for depth in 2..=8 {
        let server = authority.server(&["localhost"]);
        let broker = Mosquitto::builder().listener(Listener::tls(&server)).start().await;
        let tls = trusting(&root.pem());
        let outcome = shake_hands(broker.address(), "localhost", &tls).await;
        match outcome {
            Ok(_) => assert!(depth <= 7, "{} intermediates were taken", depth - 1),
            Err(refused) => {
                assert!(depth > 7, "{} intermediates: {}", depth - 1, refused.failure);
                assert_eq!(refused.failure.code.as_str(), "CERT_CHAIN_TOO_LONG");
            }
        }
        authority = authority.intermediate(&depth.to_string());
    }
    for depth in 9..=100 {
        authority = authority.intermediate(&depth.to_string());
    }
    let server = authority.server(&["localhost"]);
    let broker = Mosquitto::builder().listener(Listener::tls(&server)).start().await;
    let failure = refused(broker.address(), &trusting(&root.pem())).await;
    assert_eq!(failure.code.as_str(), "CERT_CHAIN_TOO_LONG", "{failure}");

    let one = Workshop::new().self_signed("localhost", Key::Rsa2048);
    let many = one.with_chain(&one.cert_pem.repeat(100));
    let broker = Mosquitto::builder().listener(Listener::tls(&many)).start().await;
    let failure = refused(broker.address(), &trusting(&one.cert_pem)).await;
    assert_eq!(failure.code.as_str(), "ERR_SSL_EXCESSIVE_MESSAGE_SIZE", "{failure}");
    assert!(failure.message.to_string().contains("larger than 64 KiB"), "{failure}");
}

/// Has `openssl ca` make a CA that is valid from `$1` to `$2`, and a certificate of it from `$3` to `$4`.
const DATED: &str = r"
    cat >conf <<END
[ca]
default_ca = here
[here]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = policy
unique_subject = no
[policy]
commonName = supplied
[leaf]
subjectAltName = DNS:localhost
[authority]
basicConstraints = critical,CA:TRUE
END
    request() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$1 -keyout $2 -out csr; }
    {
        touch index && echo 01 >serial &&
        request factory ca.key &&
        openssl ca -batch -notext -config conf -selfsign -keyfile ca.key -in csr -out ca -extensions authority \
            -startdate $1 -enddate $2 &&
        request localhost key &&
        openssl ca -batch -notext -config conf -cert ca -keyfile ca.key -in csr -out crt -extensions leaf \
            -startdate $3 -enddate $4
    } >log 2>&1 || { cat log >&2; exit 1; }
";

/// A CA's certificate, and one that it signed.
fn dated(dates: [&str; 4]) -> (String, Identity) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new("sh")
        .args(["-c", DATED, "dated"])
        .args(dates)
        .current_dir(folder.path())
        .output()
        .expect("sh runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name| std::fs::read_to_string(folder.path().join(name)).expect("a file");
    (read("ca"), Identity { cert_pem: read("crt"), key_pem: read("key") })
}

#[tokio::test]
async fn times_of_all_centuries() {
    const PAST: &str = "20200101000000Z";
    const FUTURE: &str = "20490101000000Z";
    const NEVER: &str = "99991231235959Z";
    for (dates, expected) in [
        ([PAST, FUTURE, "19600101000000Z", FUTURE], "legacy"),
        ([PAST, FUTURE, "19400101000000Z", FUTURE], "legacy"),
        ([PAST, FUTURE, "00010101000000Z", FUTURE], "legacy"),
        ([PAST, FUTURE, "00000101000000Z", FUTURE], "legacy"),
        (["19600101000000Z", FUTURE, "19600101000000Z", NEVER], "legacy"),
        (["19600101000000Z", NEVER, PAST, NEVER], "usual"),
        ([PAST, FUTURE, PAST, "20600101000000Z"], "usual"),
        ([PAST, FUTURE, "19600101000000Z", "19650101000000Z"], "CERT_HAS_EXPIRED"),
        (["19600101000000Z", "19650101000000Z", PAST, FUTURE], "CERT_HAS_EXPIRED"),
        ([PAST, FUTURE, "20600101000000Z", NEVER], "CERT_NOT_YET_VALID"),
    ] {
        let (ca, server) = dated(dates);
        let broker = Mosquitto::builder().listener(Listener::tls(&server)).start().await;
        let tls = trusting(&ca);
        let outcome = shake_hands(broker.address(), "localhost", &tls).await;
        let verdict = match &outcome {
            Ok(handshake) if handshake.facts.legacy_certificate => "legacy".into(),
            Ok(_) => "usual".into(),
            Err(refused) => refused.failure.code.as_str(),
        };
        assert_eq!(verdict, expected, "{dates:?}");
        let oracle = Oracle::new(&tls).mosquitto_pub(broker.address(), "localhost");
        assert_eq!(oracle, outcome.is_ok(), "{dates:?}: mosquitto_pub");
    }
}
