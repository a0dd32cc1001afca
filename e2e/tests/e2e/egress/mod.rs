//! haltere dials brokers and nothing else, whatever it is configured to dial.
//!
//! These tests run in an internet of their own, in which every address leads to one listener: a dial
//! that gets out is seen, wherever it went. The first test shows that it would be.

mod syscalls;
mod targets;

use std::net::{IpAddr, Ipv4Addr};

use e2e::{Client, Haltere, Options, eventually};
use haltere_testkit::faulty::DnsAnswer;
use haltere_testkit::{DnsServer, Internet, Peer, netns};
use serde_json::{Value, json};

use crate::support::{connection, until_failed};
use targets::{Fate, Target, targets};

const DENIED: &str = "ERR_EGRESS_DENIED";
const LIST: &str = "/api/connections";

/// A name server for the whole network, knowing the names of [`targets::names`] and `more`.
async fn name_server(more: &[(&str, DnsAnswer)]) -> DnsServer {
    let address = Ipv4Addr::LOCALHOST;
    netns::ask_name_server(address.into());
    DnsServer::at((address, 53).into(), &[targets::names().as_slice(), more].concat()).await
}

/// Whether the failure is one that follows a connection to [`Internet`].
fn was_reached(code: &str) -> bool {
    matches!(code, "ECONNCLOSED" | "ECONNRESET")
}

/// What `POST /api/connection-test` says: the failure's code and message, or the refusal's.
async fn test(client: &Client, url: &str) -> (u16, String, String) {
    let answer = client.post("/api/connection-test", &connection("x", url)).await;
    let body = answer.json();
    let failure = if answer.status == 200 { &body["error"] } else { &body };
    let text = |name: &str| failure[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("code"), text("message"))
}

fn addresses(texts: &[&str]) -> DnsAnswer {
    DnsAnswer::Addresses(texts.iter().map(|text| text.parse().expect("an address")).collect())
}

/// The control: without the policy, the very same targets are reached, and that is seen.
#[test]
fn with_everything_allowed_the_targets_are_reached() {
    netns::run(async {
        let (internet, _dns) = (Internet::all_here().await, name_server(&[]).await);
        let mut haltere =
            Options::default().config("[egress]\nrules = [\"allow all\"]\n").start().await;
        let admin = haltere.admin().await;
        let targets = targets(internet.port());
        let mut reached = 0;
        for Target { url, fate } in targets.iter().filter(|it| it.fate == Fate::Denied) {
            let before = internet.visits().len();
            let (status, code, message) = test(&admin, url).await;
            assert_eq!((status, code == DENIED), (200, false), "{url} {fate:?}: {message}");
            reached += usize::from(internet.visits().len() > before);
        }
        // Multicast, broadcast and a few more the kernel itself does not dial.
        assert!(reached >= 150, "only {reached} of {} were reached", targets.len());
        let metadata: IpAddr = "169.254.169.254".parse().expect("valid");
        assert!(internet.visits().contains(&metadata));
        haltere.stop().await;
    });
}

#[test]
fn neither_create_nor_test_leads_out() {
    netns::run(async {
        let (internet, _dns) = (Internet::all_here().await, name_server(&[]).await);
        let mut haltere = Options::default().with_broken_brokers().start().await;
        let admin = haltere.admin().await;
        let targets = targets(internet.port());
        for (index, Target { url, fate }) in targets.iter().enumerate() {
            let (status, code, message) = test(&admin, url).await;
            assert_eq!((status, code.as_str()), fate.tested(), "test {url}: {message}");
            let created = admin.post(LIST, &connection(&index.to_string(), url)).await;
            assert_eq!(created.status, fate.created(), "POST {url}: {}", created.text());
        }
        until_all_are_denied(&admin, &targets).await;
        assert_eq!(internet.visits(), [] as [IpAddr; 0], "something got out");
        haltere.stop().await;
    });
}

#[test]
fn neither_patch_nor_import_leads_out() {
    netns::run(async {
        let (internet, _dns) = (Internet::all_here().await, name_server(&[]).await);
        let mut haltere = Options::default().with_broken_brokers().start().await;
        let admin = haltere.admin().await;
        let targets = targets(internet.port());
        let harmless = connection("patched", "mqtt://127.0.0.1:9");
        let patched = format!("{LIST}/patched");
        admin.post(LIST, &harmless).await.expect_status(202);
        for Target { url, fate } in &targets {
            let answer = admin.patch(&patched, &json!({ "url": url })).await;
            if *fate == Fate::Invalid {
                answer.expect_status(400);
                continue;
            }
            answer.expect_status(200);
            until_code(&admin, "patched", DENIED).await;
            admin.patch(&patched, &json!({ "url": harmless["url"] })).await.expect_status(200);
            until_code(&admin, "patched", "ECONNREFUSED").await;
        }
        admin.delete(&patched).await.expect_status(200);
        import(&admin, &targets).await;
        until_all_are_denied(&admin, &targets).await;
        assert_eq!(internet.visits(), [] as [IpAddr; 0], "something got out");
        haltere.stop().await;
    });
}

/// All that are dialled in one file; those that are no URL spoil theirs, unless a user name in front is all that is
/// wrong: an import takes it out, and what is left is judged.
async fn import(client: &Client, targets: &[Target]) {
    const PATH: &str = "/api/connection-import";
    let (denied, invalid): (Vec<_>, Vec<_>) =
        targets.iter().enumerate().partition(|(_, target)| target.fate == Fate::Denied);
    let entry =
        |(index, target): &(usize, &Target)| connection(&format!("imported-{index}"), &target.url);
    for target in &invalid {
        let answer = client.post(PATH, &json!([entry(target)])).await;
        if answer.status == 200 {
            assert!(target.1.url.contains('@'), "{}", target.1.url);
            let id = format!("imported-{}", target.0);
            let code = until_failed(client, &id).await;
            assert!([DENIED, "ENOTFOUND"].contains(&code.as_str()), "{}: {code}", target.1.url);
            client.delete(&format!("{LIST}/{id}")).await.expect_status(200);
        } else {
            answer.expect_status(400);
        }
    }
    let file: Vec<_> = denied.iter().map(entry).collect();
    client.post(PATH, &Value::from(file)).await.expect_status(200);
}

/// Every target that is a URL is stored, and was denied.
async fn until_all_are_denied(client: &Client, targets: &[Target]) {
    let dialled = targets.iter().filter(|target| target.fate == Fate::Denied).count();
    assert!(dialled >= 150, "{dialled} of {} are dialled", targets.len());
    eventually("every connection was tried", async || {
        let stored = client.get(LIST).await.json();
        let stored = stored.as_array().expect("an array");
        assert_eq!(stored.len(), dialled);
        let codes: Vec<_> =
            stored.iter().map(|it| it["status"]["error"]["code"].as_str()).collect();
        assert!(codes.iter().flatten().all(|code| *code == DENIED), "{stored:#?}");
        codes.iter().all(Option::is_some).then_some(())
    })
    .await;
}

async fn until_code(client: &Client, id: &str, wanted: &str) {
    eventually(&format!("{id} has failed with {wanted}"), async || {
        let shown = client.get(&format!("{LIST}/{id}")).await.json();
        (shown["status"]["error"]["code"] == *wanted).then_some(())
    })
    .await;
}

#[test]
fn of_mixed_answers_the_allowed_ones_are_dialled() {
    netns::run(async {
        let internet = Internet::all_here().await;
        let allowed = "198.51.100.8";
        let mixed = addresses(&["169.254.169.254", allowed, "fd00:ec2::254", "100.100.100.200"]);
        let _dns = name_server(&[
            ("mixed.test", mixed),
            ("alias.mixed.test", DnsAnswer::Alias("mixed.test".to_owned())),
        ])
        .await;
        let mut haltere = Haltere::start().await;
        let admin = haltere.admin().await;
        for name in ["mixed.test", "alias.mixed.test"] {
            let url = format!("mqtt://{name}:{}", internet.port());
            let (_, code, message) = test(&admin, &url).await;
            assert!(was_reached(&code), "{code}: {message}");
        }
        let visits = internet.visits();
        assert!(visits.len() >= 2, "{visits:?}");
        assert!(visits.iter().all(|visit| visit.to_string() == allowed), "{visits:?}");
        haltere.stop().await;
    });
}

/// DNS rebinding: harmless when first asked, and somewhere else the next time.
#[test]
fn a_name_with_changing_addresses_is_judged_each_time() {
    netns::run(async {
        let internet = Internet::all_here().await;
        let allowed = "198.51.100.7";
        let moods = vec![addresses(&[allowed]), addresses(&["169.254.169.254", "fd00:ec2::254"])];
        let _dns = name_server(&[("moody.test", DnsAnswer::InTurn(moods))]).await;
        let mut haltere = Options::default().with_broken_brokers().start().await;
        let admin = haltere.admin().await;
        let url = format!("mqtt://moody.test:{}", internet.port());
        let created = admin.post(LIST, &connection("moody", &url)).await.expect_status(202);
        let first = created.json()["connection"]["status"]["error"]["code"].clone();
        assert!(was_reached(first.as_str().expect("a code")), "{first}");
        // It is dialled again, by itself, and then the name has other addresses.
        until_code(&admin, "moody", DENIED).await;
        let status = admin.get(&format!("{LIST}/moody")).await.json()["status"].clone();
        let next = status["nextAttempt"].as_i64().expect("it is tried again");
        let pause = next - status["timestamp"].as_i64().expect("a time");
        assert!(pause > 40_000, "a policy does not change by itself: {status:#}");
        let visits = internet.visits();
        assert!(!visits.is_empty(), "the first answer was harmless");
        assert!(visits.iter().all(|visit| visit.to_string() == allowed), "{visits:?}");
        haltere.stop().await;
    });
}

#[test]
fn redirections_are_not_followed() {
    netns::run(async {
        let internet = Internet::all_here().await;
        let to = format!("http://169.254.169.254:{}/", internet.port());
        let redirect = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
        let peer = Peer::script().read_http_head().send(redirect).close().start().await;
        let mut haltere = Haltere::start().await;
        let admin = haltere.admin().await;
        let (_, code, _) = test(&admin, &peer.url("ws")).await;
        assert_eq!(code, "ERR_WEBSOCKET_UPGRADE");
        assert_eq!(internet.visits(), [] as [IpAddr; 0]);
        haltere.stop().await;
    });
}

/// Whatever it listens on, and whatever the rules say.
#[test]
fn haltere_does_not_dial_itself() {
    netns::run(async {
        for (listen, hosts) in [
            ("127.0.0.1:0", ["127.0.0.1", "2130706433", "0.0.0.0", "[::ffff:127.0.0.1]", "[::]"]),
            ("0.0.0.0:0", ["127.0.0.1", "localhost", "0.0.0.0", "127.8.8.8", "2130706433"]),
            ("[::]:0", ["127.0.0.1", "[::1]", "0.0.0.0", "[::ffff:7f00:1]", "[::]"]),
        ] {
            let rules = "[egress]\nrules = [\"allow all\"]\n";
            let options = Options::default().listen(listen).config(rules);
            let mut haltere = options.with_broken_brokers().start().await;
            let admin = haltere.admin().await;
            let port = haltere.base().rsplit(':').next().expect("a port").to_owned();
            for host in hosts {
                let (_, code, message) = test(&admin, &format!("ws://{host}:{port}/")).await;
                assert_eq!(code, DENIED, "{listen} {host}: {message}");
                assert!(message.contains("haltere itself"), "{message}");
            }
            let own = connection("own", &format!("mqtt://127.0.0.1:{port}"));
            admin.post(LIST, &own).await.expect_status(202);
            assert_eq!(until_failed(&admin, "own").await, DENIED);
            haltere.stop().await;
        }
    });
}

#[test]
fn a_denial_says_that_it_is_policy_and_which() {
    netns::run(async {
        let (internet, _dns) = (Internet::all_here().await, name_server(&[]).await);
        let rules =
            "[egress]\nrules = [\"allow 10.20.0.0/16\", \"deny 10.0.0.0/8 port 1-65535\"]\n";
        let mut haltere = Options::default().config(rules).start().await;
        let admin = haltere.admin().await;
        let (address, port) = ("10.9.9.9", internet.port());
        let body = connection("x", &format!("mqtt://{address}:{port}"));
        let report = admin.post("/api/connection-test", &body).await.expect_status(200).json();
        let failure = &report["error"];
        let wanted = json!([DENIED, "tcp", "connect", address, port, Value::Null]);
        let names = ["code", "stage", "syscall", "address", "port", "errno"];
        assert_eq!(Value::from(names.map(|name| failure[name].clone()).to_vec()), wanted);
        let message = failure["message"].as_str().expect("a sentence");
        assert!(message.contains(r#"egress.rules[1], "deny 10.0.0.0/8""#), "{message}");
        assert!(message.contains("policy"), "{message}");

        let (_, code, _) = test(&admin, &format!("mqtt://10.20.0.1:{port}")).await;
        assert!(was_reached(&code), "the rule before it allows this one: {code}");
        // A peer that closes on MQTT 5 is dialled once more, with MQTT 3.1.1.
        let mut visited = internet.visits();
        visited.dedup();
        assert_eq!(visited, ["10.20.0.1".parse::<IpAddr>().expect("valid")]);
        haltere.stop().await;
    });
}
