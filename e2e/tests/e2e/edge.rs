//! Between haltere and the world: TLS of its own, and a real nginx in front, with a real curl outside.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use e2e::haltere::admin_password;
use e2e::nginx::blocks_in_the_guide;
use e2e::{Curl, Haltere, Nginx, Options, eventually};
use haltere_core::AuditAction;
use haltere_testkit::{Ca, Identity};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::audit::trail;
use crate::support::links;

/// Writes certificate and key as an operator would.
fn install(folder: &Path, identity: &Identity) {
    for (name, text) in [("key.pem", &identity.key_pem), ("cert.pem", &identity.cert_pem)] {
        let draft = folder.join("draft");
        std::fs::write(&draft, text).expect("written");
        std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o600)).expect("ours");
        std::fs::rename(&draft, folder.join(name)).expect("renamed");
    }
}

/// A folder with a certificate for `localhost`, and haltere's options to use it.
pub(crate) fn with_tls(identity: &Identity) -> (TempDir, Options) {
    let folder = tempfile::tempdir().expect("a folder");
    install(folder.path(), identity);
    let at = |name: &str| folder.path().join(name).display().to_string();
    let options = Options::default()
        .arg("--tls-cert")
        .arg(&at("cert.pem"))
        .arg("--tls-key")
        .arg(&at("key.pem"));
    (folder, options)
}

async fn log_in(curl: &Curl, base: &str) -> e2e::curl::CurlAnswer {
    let form = format!("username=admin&password={}", admin_password());
    let answer = curl.call(&format!("{base}/auth?json=1"), &["--data", &form]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

/// Switches a plugin, and waits for the event.
async fn until_event(curl: &Curl, base: &str, events: &mut e2e::curl::CurlStream, enabled: bool) {
    let body = format!("{{\"enabled\":{enabled}}}");
    let options = ["--request", "PUT", "--json", &body];
    let answer = curl.call(&format!("{base}/api/plugins/tls"), &options).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    events.until("event: plugins").await;
}

#[tokio::test]
async fn tls_of_its_own_with_a_certificate_that_is_exchanged_under_an_open_stream() {
    let (old, new) = (Ca::new("old"), Ca::new("new"));
    let (folder, options) = with_tls(&old.server(&["localhost"]));
    let mut haltere = options.start().await;
    let base = haltere.base();
    let curl = Curl::trusting(&old.pem());
    let answer = log_in(&curl, &base).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-haltere.sid=") && cookie.contains("Secure"), "{cookie}");
    assert!(answer.header("strict-transport-security").contains("max-age="), "{answer:?}");
    for version in ["--tlsv1.3", "--tls-max"] {
        let options = if version == "--tls-max" { vec![version, "1.2"] } else { vec![version] };
        assert_eq!(curl.call(&format!("{base}/api/profile"), &options).await.status, 200);
    }
    let plain = base.replace("https://", "http://");
    assert_ne!(curl.call(&plain, &["--http0.9"]).await.status, 200, "plain HTTP is not spoken");

    let mut events = curl.stream(&format!("{base}/api/events"));
    events.until("event: connections").await;
    install(folder.path(), &new.server(&["localhost"]));
    haltere.signal(Signal::HUP);
    let newcomer = Curl::trusting(&new.pem());
    eventually("the new certificate is shown", async || {
        (newcomer.call(&format!("{base}/healthz"), &[]).await.status == 200).then_some(())
    })
    .await;
    log_in(&newcomer, &base).await;
    until_event(&newcomer, &base, &mut events, false).await;
    haltere.stop().await;
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_refused_at_the_start_and_survived_later() {
    let ca = Ca::new("root");
    let (good, other) = (ca.server(&["localhost"]), ca.server(&["localhost"]));
    let mismatch = Identity { cert_pem: good.cert_pem.clone(), key_pem: other.key_pem };
    let (_folder, options) = with_tls(&mismatch);
    let (status, said) = options.start_refused().await;
    assert!(!status.success(), "{said}");
    assert!(said.contains("server.tls_key") && said.contains("does not belong"), "{said}");

    let (folder, options) = with_tls(&good);
    let mut haltere = options.expect_complaint("the one before stays in use").start().await;
    install(folder.path(), &mismatch);
    haltere.signal(Signal::HUP);
    haltere.log().until("the one before stays in use").await;
    let curl = Curl::trusting(&ca.pem());
    assert_eq!(curl.call(&format!("{}/readyz", haltere.base()), &[]).await.status, 200);
    haltere.stop().await;
}

/// What works behind nginx, wherever it puts haltere.
async fn works_behind(nginx: &Nginx, ca: &Ca, base: &str, haltere: &mut Haltere) {
    let outside = format!("{}{base}", nginx.base());
    // Not nginx's own address, so that the two differ.
    let curl = Curl::trusting(&ca.pem()).option("--interface").option("127.0.0.5").option("-4");
    for target in ["/", "/login", "/connections/x"] {
        let page = curl.call(&format!("{outside}{target}"), &[]).await;
        assert_eq!(page.status, 200, "{page:?}");
        let links = links(&page.body);
        assert!(links.len() >= 3, "{page:?}");
        for link in links {
            assert!(link.starts_with(&format!("{base}/")), "{link} leads elsewhere");
            let answer = curl.call(&format!("{}{link}", nginx.base()), &[]).await;
            assert_eq!(answer.status, 200, "{link}");
        }
    }

    let forged = ["--header", "X-Forwarded-For: 203.0.113.9", "--data", "username=eve&password=x"];
    let refused = curl.call(&format!("{outside}/auth?json=1"), &forged).await;
    assert_eq!(refused.status, 401);
    let answer = log_in(&curl, &outside).await;
    let cookie = answer.header("set-cookie");
    let (name, path) =
        if base.is_empty() { ("__Host-", "Path=/") } else { ("__Secure-", "Path=/haltere") };
    assert!(cookie.starts_with(name) && cookie.ends_with(path), "{cookie}");
    assert!(cookie.contains("Secure;"), "{cookie}");
    let profile = curl.call(&format!("{outside}/api/profile"), &[]).await;
    assert_eq!(profile.json()["username"], "admin");

    // A collected stream would come only when nginx has a buffer full of it.
    let mut events = curl.stream(&format!("{outside}/api/events"));
    events.until("event: connections").await;
    until_event(&curl, &outside, &mut events, false).await;
    until_event(&curl, &outside, &mut events, true).await;
    drop(events);

    let own = format!("Origin: {}", nginx.base());
    for (origin, status) in [(own.as_str(), 200), ("Origin: https://evil.example", 403)] {
        let options = ["--header", origin, "--request", "PUT", "--json", "{\"enabled\":true}"];
        let answer = curl.call(&format!("{outside}/api/plugins/tls"), &options).await;
        assert_eq!(answer.status, status, "{origin}");
    }
    haltere.stop().await;
    let logins = trail(haltere).await.into_iter().map(|record| record.entry);
    let logins = logins.filter(|entry| entry.action == AuditAction::SessionLogin);
    let client = "127.0.0.5".parse().ok();
    let seen: Vec<_> = logins.map(|entry| (entry.actor, entry.address == client)).collect();
    assert_eq!(seen, [("eve".to_owned(), true), ("admin".to_owned(), true)]);
}

#[tokio::test]
async fn nginx_gives_it_a_host_of_its_own() {
    let ca = Ca::new("outside");
    let mut haltere =
        Options::default().env("HALTERE_SERVER_TRUSTED_PROXIES", "127.0.0.1").start().await;
    let block = blocks_in_the_guide()[0];
    let inner = haltere.base();
    let replace = [("http://127.0.0.1:8088", inner.as_str())];
    let nginx = Nginx::start(block, &ca.server(&["localhost"]), &replace).await;
    works_behind(&nginx, &ca, "", &mut haltere).await;
}

#[tokio::test]
async fn nginx_puts_it_below_a_path_and_passes_it_on_or_strips_it_off() {
    let ca = Ca::new("outside");
    for block in &blocks_in_the_guide()[1..3] {
        let mut haltere = Options::default()
            .env("HALTERE_SERVER_TRUSTED_PROXIES", "127.0.0.1")
            .env("HALTERE_SERVER_BASE_PATH", "/haltere")
            .start()
            .await;
        let inner = haltere.base();
        let replace = [("http://127.0.0.1:8088", inner.as_str())];
        let nginx = Nginx::start(block, &ca.server(&["localhost"]), &replace).await;
        works_behind(&nginx, &ca, "/haltere", &mut haltere).await;
    }
}

#[tokio::test]
async fn nginx_speaks_tls_to_it() {
    let (outside, inside) = (Ca::new("outside"), Ca::new("inside"));
    let (folder, options) = with_tls(&inside.server(&["haltere.internal"]));
    let mut haltere = options.env("HALTERE_SERVER_TRUSTED_PROXIES", "127.0.0.1").start().await;
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, inside.pem()).expect("written");
    let inner = haltere.base().replace("localhost", "127.0.0.1");
    let replace = [
        ("https://haltere.internal:8443", inner.as_str()),
        ("/etc/ssl/internal-ca.pem", ca_file.to_str().expect("a plain path")),
    ];
    let block = blocks_in_the_guide()[3];
    let nginx = Nginx::start(block, &outside.server(&["localhost"]), &replace).await;
    works_behind(&nginx, &outside, "", &mut haltere).await;
}

/// Without `proxy_set_header Host`, nginx asks for the name of its upstream, and over plain HTTP browsers
/// send nothing but `Origin` to show whose page it is.
#[tokio::test]
async fn behind_nginx_that_hides_the_host_the_log_says_what_to_pass_on() {
    const WHY: &str = "Requests from other origins are not allowed";
    let mut haltere = Haltere::start().await;
    let inner = haltere.base();
    let inner = inner.strip_prefix("http://").expect("plain HTTP");
    let upstream = format!("upstream haltere_backend {{ server {inner}; }}");
    let curl = Curl::trusting(&Ca::new("unused").pem());
    let pass = "proxy_pass http://haltere_backend;";
    let form = format!("username=admin&password={}", admin_password());
    for (header, status) in [("", 403), ("proxy_set_header Host $http_host;", 200)] {
        let location = format!("location / {{ {pass} {header} }}");
        let nginx = Nginx::start_plain(&upstream, &location).await;
        let origin = format!("Origin: {}", nginx.base());
        let url = format!("{}/auth?json=1", nginx.base());
        let answer = curl.call(&url, &["--header", &origin, "--data", &form]).await;
        assert_eq!(answer.status, status, "{answer:?}");
        if status == 403 {
            let message = answer.json()["message"].as_str().expect("a message").to_owned();
            for part in [WHY, &nginx.base(), "haltere_backend", "proxy_set_header Host $http_host"]
            {
                assert!(message.contains(part), "{part} is missing in {message}");
            }
            let line = haltere.log().until(WHY).await;
            assert!(line.contains("haltere_backend") && line.contains(&nginx.base()), "{line}");
        }
    }
    haltere.stop().await;
}
