//! Certificates made by `openssl` as `mosquitto-tls(7)` describes.

use haltere_core::TlsSettings;
use haltere_link::LinkSpec;
use haltere_testkit::builders::{showing, trusting};
use haltere_testkit::certs::Identity;
use haltere_testkit::certs::openssl::{Key, Workshop};
use haltere_testkit::{Listener, Mosquitto};

use crate::fleet::{Fleet, assert_row, link};

async fn broker_showing(identity: &Identity) -> Mosquitto {
    Mosquitto::builder().listener(Listener::tls(identity)).start().await
}

/// A link to `broker`, dialled as `host`.
fn dialling(broker: &Mosquitto, host: &str, tls: TlsSettings) -> LinkSpec {
    LinkSpec { tls, ..link(&broker.url_as(host)) }
}

/// Whether the link, which is up, was accepted by the rules for legacy certificates.
async fn is_legacy(fleet: &Fleet, spec: &LinkSpec) -> bool {
    let facts = fleet.until_facts(spec, "TLS facts", |facts| facts.tls.is_some()).await;
    facts.tls.as_ref().expect("just asked for").legacy_certificate
}

#[tokio::test]
async fn version_1_as_the_manual_page_makes_them() {
    let workshop = Workshop::new();
    let fleet = Fleet::new().await;
    let ca = workshop.ca("My CA", Key::Rsa2048);
    let broker = Mosquitto::builder()
        .listener(Listener::tls(&ca.issue("localhost", Key::Rsa2048)).require_certificate(ca.pem()))
        .start()
        .await;
    let tls = showing(trusting(ca.pem()), &ca.issue("a client", Key::Rsa2048));
    let spec = dialling(&broker, "localhost", tls);
    fleet.comes_up(&spec).await;
    assert!(is_legacy(&fleet, &spec).await);
    fleet.ends_well().await;
}

#[tokio::test]
async fn p_521_on_both_sides() {
    let workshop = Workshop::new();
    let fleet = Fleet::new().await;
    let ca = workshop.ca("My CA", Key::P521);
    let broker = Mosquitto::builder()
        .listener(Listener::tls(&ca.issue("localhost", Key::P521)).require_certificate(ca.pem()))
        .start()
        .await;
    let tls = showing(trusting(ca.pem()), &ca.issue("a client", Key::P521));
    let spec = dialling(&broker, "localhost", tls);
    fleet.comes_up(&spec).await;
    assert!(is_legacy(&fleet, &spec).await);
    fleet.ends_well().await;
}

#[tokio::test]
async fn a_self_signed_ca_used_as_a_server_certificate_and_trusted() {
    let workshop = Workshop::new();
    let fleet = Fleet::new().await;
    let identity = workshop.self_signed("localhost", Key::P256);
    let broker = broker_showing(&identity).await;
    let trusted = dialling(&broker, "localhost", trusting(&identity.cert_pem));
    fleet.comes_up(&trusted).await;
    assert!(is_legacy(&fleet, &trusted).await);

    let untrusted = LinkSpec {
        revision: trusted.revision.next(),
        ..dialling(&broker, "localhost", TlsSettings::default())
    };
    let failure = fleet.fails(&untrusted).await;
    let row = "tls DEPTH_ZERO_SELF_SIGNED_CERT – – – –";
    assert_row(&failure, row, broker.address(), "self-signed");
    fleet.ends_well().await;
}

#[tokio::test]
async fn certificates_that_openssl_refuses_are_refused() {
    let workshop = Workshop::new();
    let fleet = Fleet::new().await;
    let ca = workshop.ca("My CA", Key::P256);
    let broker = broker_showing(&ca.issue("localhost", Key::P256)).await;

    let by_address = dialling(&broker, "127.0.0.1", trusting(ca.pem()));
    assert_row(
        &*fleet.fails(&by_address).await,
        "tls ERR_TLS_CERT_ALTNAME_INVALID – – – –",
        broker.address(),
        "localhost",
    );

    let unknown = workshop.ca("Unknown CA", Key::P256);
    let foreign = LinkSpec {
        revision: by_address.revision.next(),
        ..dialling(&broker, "localhost", trusting(unknown.pem()))
    };
    assert_row(
        &*fleet.fails(&foreign).await,
        "tls UNABLE_TO_VERIFY_LEAF_SIGNATURE – – – –",
        broker.address(),
        "CA",
    );

    let unverified = LinkSpec {
        revision: foreign.revision.next(),
        ..dialling(
            &broker,
            "127.0.0.1",
            TlsSettings { reject_unauthorized: Some(false), ..TlsSettings::default() },
        )
    };
    fleet.comes_up(&unverified).await;
    fleet.ends_well().await;
}

#[tokio::test]
async fn an_expired_one_of_version_1() {
    let workshop = Workshop::new();
    let fleet = Fleet::new().await;
    let ca = workshop.ca("My CA", Key::P256);
    let broker = broker_showing(&ca.issue_with("localhost", Key::P256, &["-days", "-1"])).await;
    let spec = dialling(&broker, "localhost", trusting(ca.pem()));
    let failure = fleet.fails(&spec).await;
    assert_row(&failure, "tls CERT_HAS_EXPIRED – – – –", broker.address(), "expired");
    fleet.ends_well().await;
}
