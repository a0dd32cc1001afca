//! `haltere test` and `POST /api/connection-test`: what is wrong, and what to do about it.

use std::fs;
use std::path::Path;

use e2e::haltere::{CliOutput, cli_in};
use e2e::{Haltere, Options, eventually, secret};
use haltere_testkit::certs::openssl::{Key, Workshop};
use haltere_testkit::certs::{Ca, Identity, Leaf};
use haltere_testkit::ports::ReservedPort;
use haltere_testkit::{Listener, Mosquitto, Peer};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::pem;

/// A person at a terminal, in a folder of their own.
struct Person {
    folder: TempDir,
}

impl Person {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn dir(&self) -> &Path {
        self.folder.path()
    }

    fn save(&self, name: &str, text: &str) {
        fs::write(self.dir().join(name), text).expect("a file in a temporary folder");
    }

    /// Types a command line: `haltere test …`.
    async fn types(&self, line: &str, stdin: Option<&str>) -> CliOutput {
        let mut words = line.split(' ');
        assert_eq!(words.next(), Some("haltere"), "{line}");
        cli_in(self.dir(), &words.collect::<Vec<_>>(), stdin).await
    }
}

/// The commands that were advised.
fn commands(output: &CliOutput) -> Vec<String> {
    let (_, advice) = output.stdout.split_once("What to try").expect("advice");
    let commands = advice.split('`').skip(1).step_by(2).map(str::to_owned);
    commands.filter(|command| command.starts_with("haltere ")).collect()
}

fn fails_with(output: &CliOutput, code: &str) {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.contains(code), "{code} is missing: {}", output.stdout);
    assert_eq!(output.stderr, "", "everything has been said on standard output");
}

/// With certificates made by openssl as the documentation of Mosquitto says, and a broker that shows its CA.
#[tokio::test]
async fn a_person_follows_the_advice_until_it_works() {
    let workshop = Workshop::new();
    let ca = workshop.ca("Plant CA", Key::P256);
    let identity = ca.issue("localhost", Key::P256).with_chain(ca.pem());
    let broker = Mosquitto::builder()
        .listener(Listener::tls(&identity))
        .user("press", &secret("broker"))
        .start()
        .await;
    let person = Person::new();

    // The wrong scheme; it says which may be right.
    let plain = broker.url().replace("mqtts://", "mqtt://");
    let output = person.types(&format!("haltere test {plain}"), None).await;
    fails_with(&output, "ECONNRESET");
    let next = commands(&output).remove(0);

    // The CA is unknown; it says how to inspect and trust it.
    let output = person.types(&next, None).await;
    fails_with(&output, "SELF_SIGNED_CERT_IN_CHAIN");
    let [save, trust] = commands(&output).try_into().expect("two commands");
    let output = person.types(&save, None).await;
    fails_with(&output.clone_without_stderr(), "SELF_SIGNED_CERT_IN_CHAIN");
    assert!(output.stderr.contains("Saved \"CN=Plant CA\" to ca.pem"), "{}", output.stderr);
    let saved = fs::read_to_string(person.dir().join("ca.pem")).expect("it was saved");
    assert_eq!(saved.trim(), ca.pem().trim(), "it is the CA");

    // The certificate is for another name; it says for which.
    let output = person.types(&trust, None).await;
    fails_with(&output, "ERR_TLS_CERT_ALTNAME_INVALID");
    let next = format!("{} --ca ca.pem", commands(&output).remove(0));
    assert!(next.contains("mqtts://localhost:"), "{next}");

    // The broker wants a login; it says with which flags.
    let output = person.types(&next, None).await;
    fails_with(&output, "NOT_AUTHORIZED");
    assert!(output.stdout.contains("--username NAME --password-stdin"), "{}", output.stdout);
    let next = format!("{next} --username press --password-stdin");
    let output = person.types(&next, Some("not it")).await;
    fails_with(&output, "NOT_AUTHORIZED");
    assert!(output.stdout.contains("Check the password of \"press\""), "{}", output.stdout);

    let output = person.types(&next, Some(&secret("broker"))).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for word in
        ["✓ dns", "✓ tcp", "✓ tls", "✓ mqtt", "✓ subscribe", "accepts the connection", "TLSv1.3"]
    {
        assert!(output.stdout.contains(word), "{word} is missing: {}", output.stdout);
    }
    assert!(!output.stdout.contains('\u{1b}'), "no colours without a terminal");
    assert!(!output.stdout.contains(&secret("broker")));
    assert_eq!(fs::read_dir(person.dir()).expect("readable").count(), 1, "only the CA is there");
}

#[tokio::test]
async fn a_round_trip_shows_whether_messages_arrive() {
    let broker = Mosquitto::plain().await;
    let person = Person::new();
    let line = format!("haltere test {} --roundtrip", broker.url());
    let output = person.types(&format!("{line} plant/test"), None).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for words in ["✓ roundtrip", "published and received in", "delivers messages"] {
        assert!(output.stdout.contains(words), "{words} is missing: {}", output.stdout);
    }
    let output = person.types(&format!("{line} plant/#"), None).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stderr.contains("must not contain a wildcard"), "{}", output.stderr);
}

trait WithoutStderr {
    fn clone_without_stderr(&self) -> CliOutput;
}

impl WithoutStderr for CliOutput {
    fn clone_without_stderr(&self) -> CliOutput {
        CliOutput { status: self.status, stdout: self.stdout.clone(), stderr: String::new() }
    }
}

/// A way to fail: the URL, the TLS settings of the connection, and the code that has to come out.
struct Fault {
    what: &'static str,
    url: String,
    tls: Tls,
    code: &'static str,
}

#[derive(Default)]
struct Tls {
    ca: Option<String>,
    identity: Option<Identity>,
}

fn trusting(ca: &Ca) -> Tls {
    Tls { ca: Some(ca.pem()), identity: None }
}

/// Puts the same question to the command line and to the server, and compares the answers.
async fn fails_everywhere(haltere: &Haltere, fault: &Fault) {
    let Fault { what, url, tls, code } = fault;
    let person = Person::new();
    person.save("quick.toml", "[link]\nconnect_timeout = \"900ms\"\n");
    let mut line = format!("haltere test {url} --json --config quick.toml");
    let mut body = json!({ "url": url });
    if let Some(ca) = &tls.ca {
        person.save("ca.pem", ca);
        line += " --ca ca.pem";
        body["ca"] = pem(ca);
    }
    if let Some(Identity { cert_pem, key_pem }) = &tls.identity {
        person.save("cert.pem", cert_pem);
        person.save("key.pem", key_pem);
        line += " --cert cert.pem --key key.pem";
        body["cert"] = pem(cert_pem);
        body["key"] = pem(key_pem);
    }
    let output = person.types(&line, None).await;
    assert_eq!(output.status.code(), Some(1), "{what}: {output:?}");
    let printed: Value = serde_json::from_str(&output.stdout).expect("one JSON document");
    let admin = haltere.admin().await;
    let answer = admin.post("/api/connection-test", &body).await.expect_status(200).json();
    let mut stream = admin.test_stream(&body).await;
    let streamed = stream.until("the result", |event| event.kind == "result").await.json();
    for report in [&printed, &answer, &streamed] {
        assert_eq!(report["error"]["code"], *code, "{what}: {report}");
        assert_eq!(report["connected"], false);
        let advice = report["advice"].as_array().expect("advice");
        assert!(!advice.is_empty(), "{what}: {report}");
        assert_eq!(report["certificates"], printed["certificates"], "{what}");
        let stage = |at: usize| report["stages"][at]["stage"].clone();
        let last = report["stages"].as_array().expect("stages").len() - 1;
        assert_eq!(
            (stage(last), &report["stages"][last]["ok"]),
            (report["error"]["stage"].clone(), &json!(false))
        );
    }
    let about_certificates =
        code.starts_with("CERT_") || code.starts_with("ERR_TLS") || code.contains("SIGN");
    if about_certificates {
        assert_ne!(printed["certificates"], json!([]), "{what}: the chain comes along");
    }
}

#[tokio::test]
async fn peers_that_are_no_brokers_are_distinguished_everywhere() {
    let mut haltere =
        Options::default().config("[link]\nconnect_timeout = \"900ms\"\n").start().await;
    let (refusing, silent) =
        (ReservedPort::on(std::net::Ipv4Addr::LOCALHOST.into()), Peer::silent().await);
    let (closing, resetting, http) =
        (Peer::closing().await, Peer::resetting().await, Peer::http().await);
    let (no_upgrade, busy) =
        (Peer::refusing_upgrade("404 Not Found").await, Peer::refusing(0x89).await);
    let bad_user = Peer::refusing(0x86).await;
    for (what, url, code) in [
        ("refusing", format!("mqtt://{}", refusing.address()), "ECONNREFUSED"),
        ("silent", silent.url("mqtt"), "ETIMEDOUT"),
        ("silent to TLS", silent.url("mqtts"), "ETIMEDOUT"),
        ("silent to WebSocket", silent.url("ws"), "ETIMEDOUT"),
        ("closing", closing.url("mqtt"), "ECONNCLOSED"),
        ("resetting", resetting.url("mqtt"), "ECONNRESET"),
        ("resetting TLS", resetting.url("mqtts"), "ECONNRESET"),
        ("a web server", http.url("mqtt"), "EPROTO"),
        ("a web server and TLS", http.url("mqtts"), "EPROTO"),
        ("no such path", no_upgrade.url("ws"), "ERR_WEBSOCKET_UPGRADE"),
        ("busy", busy.url("mqtt"), "SERVER_BUSY"),
        ("wrong password", bad_user.url("mqtt"), "BAD_USER_NAME_OR_PASSWORD"),
        ("metadata of a cloud", "mqtt://169.254.169.254".to_owned(), "ERR_EGRESS_DENIED"),
    ] {
        fails_everywhere(&haltere, &Fault { what, url, tls: Tls::default(), code }).await;
    }
    haltere.stop().await;
}

#[tokio::test]
async fn certificate_faults_are_distinguished_everywhere() {
    const HERE: &[&str] = &["localhost", "127.0.0.1"];
    let mut haltere = Haltere::start().await;
    let (ca, clients, unrelated) = (Ca::new("plant"), Ca::new("clients"), Ca::new("unrelated"));
    let middle = ca.intermediate("middle");
    let showing = async |identity: &Identity| {
        Mosquitto::builder().listener(Listener::tls(identity)).start().await
    };
    let good = showing(&ca.server(HERE)).await;
    let self_signed = showing(&Leaf::server(HERE).self_signed()).await;
    let with_root = showing(&ca.server(HERE).with_chain(&ca.pem())).await;
    let chain = showing(&middle.server(HERE)).await;
    let gap = showing(&middle.server(HERE).without_chain()).await;
    let expired = showing(&ca.issue(&Leaf::server(HERE).expired())).await;
    let early = showing(&ca.issue(&Leaf::server(HERE).not_yet_valid())).await;
    let other = showing(&ca.server(&["press-4.plant.example"])).await;
    // Made by openssl, which writes no key identifiers: an authority of the same name looks right at first.
    let workshop = Workshop::new();
    let (before, now) = (workshop.ca("plant", Key::P256), workshop.ca("plant", Key::P256));
    let renewed = showing(&now.issue("127.0.0.1", Key::P256)).await;
    let outdated = Tls { ca: Some(before.pem().to_owned()), identity: None };
    let picky = Mosquitto::builder()
        .listener(Listener::tls(&ca.server(HERE)).require_certificate(&clients.pem()))
        .start()
        .await;
    let known = |identity| Tls { identity: Some(identity), ..trusting(&ca) };
    for (what, broker, tls, code) in [
        ("unknown", &good, Tls::default(), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
        ("another CA", &good, trusting(&unrelated), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
        ("self-signed", &self_signed, Tls::default(), "DEPTH_ZERO_SELF_SIGNED_CERT"),
        ("private root", &with_root, Tls::default(), "SELF_SIGNED_CERT_IN_CHAIN"),
        ("unknown above", &chain, Tls::default(), "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
        ("a gap", &gap, trusting(&ca), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
        ("expired", &expired, trusting(&ca), "CERT_HAS_EXPIRED"),
        ("too early", &early, trusting(&ca), "CERT_NOT_YET_VALID"),
        ("another name", &other, trusting(&ca), "ERR_TLS_CERT_ALTNAME_INVALID"),
        ("an older CA", &renewed, outdated, "CERT_SIGNATURE_FAILURE"),
        ("no certificate", &picky, trusting(&ca), "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"),
        ("another CA's", &picky, known(unrelated.client("me")), "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"),
    ] {
        fails_everywhere(&haltere, &Fault { what, url: broker.url(), tls, code }).await;
    }
    let person = Person::new();
    let ours = clients.client("me");
    person.save("ca.pem", &ca.pem());
    person.save("cert.pem", &ours.cert_pem);
    person.save("key.pem", &ours.key_pem);
    let url = picky.url();
    let line = format!("haltere test {url} --ca ca.pem --cert cert.pem --key key.pem");
    assert_eq!(person.types(&line, None).await.status.code(), Some(0));
    let line = format!("haltere test {} --insecure --json", expired.url());
    let output = person.types(&line, None).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stdout.contains("do without --insecure"), "{}", output.stdout);
    haltere.stop().await;
}

#[tokio::test]
async fn an_old_broker_that_only_closes_is_tried_in_its_own_version() {
    let peer = Peer::script().read_connect().refuse_v5([]).connack(0).serve().start().await;
    let output = Person::new().types(&format!("haltere test {}", peer.url("mqtt")), None).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stdout.contains("MQTT 3.1.1"), "{}", output.stdout);
}

#[tokio::test]
async fn invalid_arguments_are_refused_by_name_and_nothing_is_dialled() {
    let person = Person::new();
    let peer = Peer::healthy().await;
    let url = peer.url("mqtts");
    let identity = Ca::new("a").client("me");
    person.save("ca.pem", &Ca::new("a").pem());
    person.save("cert.pem", &identity.cert_pem);
    person.save("key.pem", &Ca::new("b").client("me").key_pem);
    person.save("bad.toml", "[link]\nconect_timeout = \"1s\"\n");
    for (arguments, complaint) in [
        (String::new(), "<URL>"),
        ("http://broker".to_owned(), "mqtt"),
        ("mqtt://broker:70000".to_owned(), "70000"),
        (format!("{url} --cert cert.pem"), "--key"),
        (format!("{url} --password-stdin"), "--username"),
        (format!("{url} --ca gone.pem"), "--ca gone.pem"),
        (format!("{url} --ca key.pem"), "--ca key.pem: holds no certificate, but a private key"),
        (format!("{url} --cert cert.pem --key key.pem"), "--key key.pem: does not belong"),
        (format!("{url} --save-ca ca.pem"), "--save-ca"),
        (format!("{url} --alpn mqtt --alpn mqtt"), "--alpn: names the same protocol twice"),
        (format!("{url} --server-name 10.0.0.1"), "--server-name"),
        (format!("{url} --config bad.toml"), "conect_timeout"),
    ] {
        let line = format!("haltere test {arguments}");
        let output = person.types(line.trim(), None).await;
        assert_eq!(output.status.code(), Some(2), "{line}: {output:?}");
        assert!(output.stderr.contains(complaint), "{line}: {}", output.stderr);
        assert_eq!(output.stdout, "", "{line}");
    }
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_shared_port_gets_the_requested_name_and_protocol() {
    let person = Person::new();
    let ca = Ca::new("a");
    person.save("ca.pem", &ca.pem());
    let peer = Peer::script()
        .tls_for(&ca.server(&["broker.example"]), "broker.example", &["mqtt"])
        .read_connect()
        .connack(0)
        .serve()
        .start()
        .await;
    let line =
        format!("haltere test {} --ca ca.pem --server-name broker.example", peer.url("mqtts"));
    let output = person.types(&format!("{line} --alpn h2"), None).await;
    fails_with(&output, "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL");
    assert!(output.stdout.contains("--alpn NAME (h2)"), "{}", output.stdout);
    let output = person.types(&format!("{line} --alpn h2 --alpn mqtt"), None).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

/// Over a real socket: the server notices that its client is gone.
#[tokio::test]
async fn hanging_up_on_a_test_hangs_up_on_the_broker() {
    // Long enough that nothing else can end it.
    let mut haltere =
        Options::default().config("[link]\nconnect_timeout = \"10min\"\n").start().await;
    let (admin, peer) = (haltere.admin().await, Peer::silent().await);
    let mut stream = admin.test_stream(&json!({ "url": peer.url("mqtt") })).await;
    let last = stream.until("MQTT", |event| event.data.contains("mqtt")).await.json();
    assert_eq!(last, json!({"state": "started", "stage": "mqtt"}));
    eventually("the broker is dialled", async || (peer.open_connections() == 1).then_some(()))
        .await;
    drop(stream);
    let gone = async || (peer.open_connections() == 0).then_some(());
    eventually("the broker's connection is gone", gone).await;
    haltere.stop().await;
}
