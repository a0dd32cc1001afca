//! Behind a reverse proxy, through the whole router: trusted proxies, base paths, TLS.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use haltere_app::testing::TestApp;
use http::{Method, Request};

use crate::test_support::{Client, TestApi, TestResponse};
use crate::{ApiOptions, BasePath, ForwardedHeader, OverTls, TrustedProxies};

const FORM: &str = "application/x-www-form-urlencoded";

fn below(base: &str) -> ApiOptions {
    ApiOptions { base: BasePath::parse(base).expect("good"), ..ApiOptions::default() }
}

fn trusting_proxy(proxy: &str) -> ApiOptions {
    let proxies =
        TrustedProxies::new([proxy.parse().expect("a network")], ForwardedHeader::default());
    ApiOptions { proxies, ..ApiOptions::default() }
}

/// A login that comes from `peer`, with further headers.
fn login(peer: &str, password: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::post("/auth?json=1").header("content-type", FORM);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let form = format!("username=admin&password={}", password.replace(' ', "+"));
    let mut request = request.body(Body::from(form)).expect("a request");
    let peer: SocketAddr = format!("{peer}:4711").parse().expect("an address");
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

async fn statuses(client: &Client, requests: impl Iterator<Item = Request<Body>>) -> Vec<u16> {
    let mut statuses = Vec::new();
    for request in requests {
        statuses.push(client.send(request).await.status.as_u16());
    }
    statuses
}

#[tokio::test]
async fn below_a_base_path_everything_is_found_whether_the_proxy_strips_it_or_not() {
    let api = TestApi::start_as(below("/tools/haltere")).await;
    let anonymous = api.anonymous();
    for front in ["", "/tools/haltere"] {
        let page = anonymous.get(&format!("{front}/api/docs")).await;
        assert_eq!(page.status, 200);
        let css = page.text.split("href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let css = css.expect("a link");
        assert!(css.starts_with("/tools/haltere/haltere.css?v="), "{css}");
        assert_eq!(anonymous.get(css).await.status, 200);
        assert_eq!(anonymous.get(&format!("{front}/healthz")).await.status, 200);
        let unknown = anonymous.get(&format!("{front}/api/nothing")).await;
        unknown.is_refusal(404, "NOT_FOUND", "Resource not found");
        let path = format!("{front}/auth");
        let form = format!("username=admin&password={}", TestApp::PASSWORD.replace(' ', "+"));
        let welcome = anonymous.text(Method::POST, &path, FORM, &form).await;
        assert_eq!(welcome.header("location"), Some("/tools/haltere/"));
        let cookie = welcome.header("set-cookie").expect("a cookie");
        assert!(cookie.ends_with("; Path=/tools/haltere"), "{cookie}");
        let client = api.with_cookie(cookie.split(';').next().expect("a pair"));
        for path in ["", "/", "?x=1"] {
            let page = client.get(&format!("/tools/haltere{path}")).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(page.text.contains("href=\"/tools/haltere/api/docs\""));
        }
        assert_eq!(client.get(&format!("{front}/api/profile")).await.status, 200);
        let goodbye = client.get(&format!("{front}/logout")).await;
        assert_eq!(goodbye.header("location"), Some("/tools/haltere/login"));
        assert!(goodbye.header("set-cookie").expect("a cookie").contains("Path=/tools/haltere"));
        let path = format!("{front}/auth");
        let refused = anonymous.text(Method::POST, &path, FORM, "username=admin").await;
        let login = "/tools/haltere/login?error=authentication-failed";
        assert_eq!(refused.header("location"), Some(login));
    }
    // Another program whose path begins like ours is not haltere.
    let neighbour = api.admin().await.get("/tools/haltere2/api/profile").await;
    neighbour.is_refusal(404, "NOT_FOUND", "Resource not found");
}

#[tokio::test]
async fn the_description_says_where_its_paths_begin() {
    let api = TestApi::start_as(below("/haltere")).await;
    let document = api.anonymous().get("/haltere/api/docs/export").await.json();
    assert_eq!(document["servers"][0]["url"], "/haltere");
    let page = api.anonymous().get("/haltere/api/docs").await.text;
    assert!(page.contains("href=\"/haltere/api/docs/export\""));
    assert!(!page.contains("href=\"/api"), "a link leads out of the base path");
    let plain = TestApi::start().await.anonymous().get("/api/docs/export").await.json();
    assert!(plain.get("servers").is_none());
}

#[tokio::test]
async fn a_token_in_the_url_is_refused_below_a_base_path_as_well() {
    let api = TestApi::start_as(below("/haltere")).await;
    let response = api.admin().await.get("/haltere/api/profile?token=x").await;
    assert_eq!(response.status, 400);
}

#[tokio::test]
async fn cookies_and_headers_follow_the_scheme() {
    let sent = |response: &TestResponse| {
        let cookie = response.header("set-cookie").expect("a cookie").to_owned();
        (cookie, response.header("strict-transport-security").is_some())
    };
    let proto = [("x-forwarded-proto", "https")];
    for (options, peer, headers, name, hsts) in [
        (ApiOptions::default(), "127.0.0.1", &[][..], "haltere.sid", false),
        (ApiOptions::default(), "127.0.0.1", &proto, "haltere.sid", false),
        (
            ApiOptions { secure: true, ..ApiOptions::default() },
            "127.0.0.1",
            &[],
            "__Host-haltere.sid",
            true,
        ),
        (trusting_proxy("127.0.0.1"), "127.0.0.1", &proto, "__Host-haltere.sid", true),
        (trusting_proxy("127.0.0.1"), "127.0.0.2", &proto, "haltere.sid", false),
        (
            ApiOptions { hsts: false, ..trusting_proxy("127.0.0.1") },
            "127.0.0.1",
            &proto,
            "__Host-haltere.sid",
            false,
        ),
        (
            ApiOptions { secure: true, ..below("/h") },
            "127.0.0.1",
            &[],
            "__Secure-haltere.sid",
            false,
        ),
    ] {
        let api = TestApi::start_as(options).await;
        let response = api.anonymous().send(login(peer, TestApp::PASSWORD, headers)).await;
        let (cookie, has_hsts) = sent(&response);
        assert!(cookie.starts_with(&format!("{name}=")), "{cookie} instead of {name}");
        assert_eq!(cookie.contains("Secure;"), name.starts_with("__"), "{cookie}");
        assert_eq!(has_hsts, hsts, "{name}");
    }
    let api = TestApi::start().await;
    let mut over_tls = login("127.0.0.1", TestApp::PASSWORD, &[]);
    over_tls.extensions_mut().insert(OverTls);
    let (cookie, has_hsts) = sent(&api.anonymous().send(over_tls).await);
    assert!(cookie.starts_with("__Host-") && has_hsts, "{cookie}");
}

#[tokio::test]
async fn a_forged_address_evades_no_throttle_and_a_forwarded_one_is_audited() {
    const TRIES: usize = 50;
    // Each from an account of its own, or that would be throttled first.
    let guess = |peer: &'static str, n: usize, claimed: String| {
        let request = login(peer, "wrong", &[("x-forwarded-for", &claimed)]);
        let (parts, _) = request.into_parts();
        Request::from_parts(parts, Body::from(format!("username=user{n}&password=wrong")))
    };
    let spoofed = |n: usize| format!("198.51.100.{n}");
    for (options, peer, ours) in [
        // No proxy is trusted: whatever the headers claim, it is the peer.
        (ApiOptions::default(), "192.0.2.7", ""),
        // The proxy's own entry counts; entries before it don't.
        (trusting_proxy("127.0.0.1"), "127.0.0.1", ", 192.0.2.7"),
        // The peer is not that proxy.
        (trusting_proxy("127.0.0.1"), "192.0.2.7", ""),
    ] {
        let api = TestApi::start_as(options).await;
        let guesses = (0..TRIES).map(|n| guess(peer, n, spoofed(n) + ours));
        let statuses = statuses(&api.anonymous(), guesses).await;
        assert_eq!(statuses.first(), Some(&401));
        assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    }
    // Through a trusted proxy, clients have different addresses.
    let api = TestApi::start_as(trusting_proxy("127.0.0.1")).await;
    let guesses = (0..TRIES).map(|n| guess("127.0.0.1", n, spoofed(n)));
    assert_eq!(statuses(&api.anonymous(), guesses).await, [401; TRIES]);
}

#[tokio::test]
async fn the_origin_is_compared_with_the_host_the_browser_asked_for() {
    let api = TestApi::start_as(trusting_proxy("127.0.0.1")).await;
    let host = ("host", "inner:8088");
    let public = ("x-forwarded-host", "public.example");
    let origin = ("origin", "https://public.example");
    for (peer, headers, status) in [
        ("127.0.0.1", &[host, public, origin][..], 200),
        ("127.0.0.2", &[host, public, origin], 403),
        ("127.0.0.1", &[host, origin], 403),
    ] {
        let response = api.anonymous().send(login(peer, TestApp::PASSWORD, headers)).await;
        assert_eq!(response.status.as_u16(), status, "{peer} {headers:?}");
    }
}
