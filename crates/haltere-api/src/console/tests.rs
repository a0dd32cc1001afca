//! The console through the whole router, with files that show what was asked for.

use std::borrow::Cow;

use axum::body::Body;
use http::header::{ACCEPT, ACCEPT_ENCODING, IF_NONE_MATCH};
use http::{HeaderName, Method, Request};
use serde_json::json;

use super::ConsoleFiles;
use crate::test_support::{Client, TestApi, TestResponse};
use crate::{ApiOptions, BasePath};

const PAGE: &str = r#"<meta name="haltere-base" content="__HALTERE_BASE__" />
<meta name="haltere-nonce" content="__HALTERE_NONCE__" />
<script type="module" src="__HALTERE_BASE__/assets/index-1.js"></script>"#;

/// Panics, which makes a 500, when it is asked for anything that is not inside its folder.
fn files(path: &str) -> Option<Cow<'static, [u8]>> {
    let is_inside = path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    assert!(is_inside && !path.contains(['\\', '\0', '%']), "{path:?} was asked for");
    let content = match path {
        "index.html" => PAGE,
        "robots.txt" => "Disallow: /",
        "assets/index-1.js" => "plain",
        "assets/index-1.js.br" => "packed by brotli",
        "assets/index-1.js.gz" => "packed by gzip",
        "assets/index-2.css" => "plain css",
        "assets/index-2.css.gz" => "css packed by gzip",
        "assets/haltere-3.svg" => "<svg/>",
        _ => return None,
    };
    Some(content.as_bytes().into())
}

fn with_console() -> ApiOptions {
    ApiOptions { console: ConsoleFiles::new(files), ..ApiOptions::default() }
}

async fn ask(
    client: &Client,
    method: Method,
    path: &str,
    headers: &[(HeaderName, &str)],
) -> TestResponse {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    client.send(request.body(Body::empty()).expect("a request")).await
}

async fn get(client: &Client, path: &str, headers: &[(HeaderName, &str)]) -> TestResponse {
    ask(client, Method::GET, path, headers).await
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).expect("an end").0
}

#[tokio::test]
async fn every_page_is_the_same_but_for_a_nonce_that_its_policy_knows() {
    let api = TestApi::start_as(with_console()).await;
    let (anonymous, admin) = (api.anonymous(), api.admin().await);
    let mut nonces = std::collections::BTreeSet::new();
    for path in [
        "/",
        "/login",
        "/login?error=authentication-failed",
        "/connections/press-4",
        "/connections/press-4.local",
        "/connections/a%2Fb/edit",
        "/Login/",
        "/settings",
        "/?q=%22%3E%3Cscript%3E&x=__HALTERE_NONCE__",
    ] {
        for client in [&anonymous, &admin] {
            let response = get(client, path, &[(ACCEPT, "text/html,*/*;q=0.8")]).await;
            assert_eq!(response.status, 200, "{path}");
            assert_eq!(response.header("content-type"), Some("text/html; charset=utf-8"));
            assert_eq!(response.header("cache-control"), Some("no-cache"), "{path}");
            assert_eq!(response.header("etag"), None, "an old page would meet a new policy");
            let nonce = between(&response.text, "haltere-nonce\" content=\"", "\"");
            assert_eq!(nonce.len(), 24, "{nonce} is 128 bits in base64");
            let policy = response.header("content-security-policy").expect("a policy");
            let styles = format!("style-src 'self' 'nonce-{nonce}';");
            assert!(policy.contains(&styles), "{policy}");
            assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"));
            assert_eq!(
                response.text,
                PAGE.replace("__HALTERE_BASE__", "").replace("__HALTERE_NONCE__", nonce)
            );
            assert!(nonces.insert(nonce.to_owned()), "{nonce} was given twice");
        }
    }
    // Nothing but the page gets a nonce.
    for path in ["/api/docs", "/assets/index-1.js", "/api/profile", "/robots.txt", "/favicon.ico"] {
        let response = anonymous.get(path).await;
        let policy = response.header("content-security-policy").expect("a policy");
        assert!(policy.contains("style-src 'self';") && !policy.contains("nonce"), "{path}");
    }
}

#[tokio::test]
async fn below_a_base_path_the_page_says_so_and_its_files_are_found() {
    let base = BasePath::parse("/tools/haltere").expect("good");
    let api = TestApi::start_as(ApiOptions { base, ..with_console() }).await;
    let anonymous = api.anonymous();
    for front in ["", "/tools/haltere"] {
        let page = anonymous.get(&format!("{front}/connections/x")).await;
        assert!(page.text.contains("haltere-base\" content=\"/tools/haltere\""), "{}", page.text);
        let script = between(&page.text, "src=\"", "\"");
        assert_eq!(script, "/tools/haltere/assets/index-1.js");
        for script in [script, "/assets/index-1.js"] {
            assert_eq!(anonymous.get(script).await.text, "plain");
        }
    }
    assert_eq!(anonymous.get("/tools/haltere").await.status, 200);
    anonymous.get("/tools/haltere/api/x").await.is_refusal(404, "NOT_FOUND", "Resource not found");
}

#[tokio::test]
async fn what_is_no_page_is_not_there() {
    let api = TestApi::start_as(with_console()).await;
    let anonymous = api.anonymous();
    for path in [
        "/favicon.ico",
        "/x.js",
        "/index.html",
        "/.git/config",
        "/.well-known/security.txt",
        "/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e%5cindex.html",
        "//evil.example/x",
        "/%2f/evil.example",
        "/api",
        "/api/x",
        "/%61pi/x",
        "/auth/x",
        "/healthz/x",
        "/somewhere",
        "/apiary",
        "/assets",
        "/assets/",
        "/assets/x/index-1.js",
        "/assets/../robots.txt",
    ] {
        anonymous.get(path).await.is_refusal(404, "NOT_FOUND", "Resource not found");
    }
    for accept in ["application/json", "image/avif,image/*", "text/html;q=0, application/json"] {
        let response = get(&anonymous, "/login", &[(ACCEPT, accept)]).await;
        response.is_refusal(404, "NOT_FOUND", "Resource not found");
    }
    for path in ["/somewhere", "/robots.txt", "/login"] {
        let response = anonymous.post(path, json!({})).await;
        response.is_refusal(404, "NOT_FOUND", "Resource not found");
    }
    for path in ["/", "/assets/index-1.js"] {
        let response = anonymous.post(path, json!({})).await;
        assert_eq!((response.status.as_u16(), response.header("allow")), (405, Some("GET,HEAD")));
    }
}

#[tokio::test]
async fn files_come_as_the_client_takes_them_and_may_be_kept() {
    let api = TestApi::start_as(with_console()).await;
    let anonymous = api.anonymous();
    let (js, css) = ("text/javascript; charset=utf-8", "text/css; charset=utf-8");
    for (name, accepted, content, coding, kind) in [
        ("index-1.js", "gzip, deflate, br", "packed by brotli", Some("br"), js),
        ("index-1.js", "gzip", "packed by gzip", Some("gzip"), js),
        ("index-1.js", "br;q=0.1, gzip", "packed by gzip", Some("gzip"), js),
        ("index-1.js", "br;q=0, gzip;q=0", "plain", None, js),
        ("index-1.js", "", "plain", None, js),
        ("index-2.css", "gzip, br", "css packed by gzip", Some("gzip"), css),
        ("index-2.css", "br", "plain css", None, css),
        ("haltere-3.svg", "gzip, br", "<svg/>", None, "image/svg+xml"),
    ] {
        let path = format!("/assets/{name}");
        let response = get(&anonymous, &path, &[(ACCEPT_ENCODING, accepted)]).await;
        assert_eq!(
            (response.status.as_u16(), response.text.as_str()),
            (200, content),
            "{accepted}"
        );
        assert_eq!(response.header("content-encoding"), coding);
        assert_eq!(response.header("content-type"), Some(kind));
        assert_eq!(response.header("vary"), Some("accept-encoding"), "{path} has other forms");
        assert_eq!(response.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!((response.header("pragma"), response.header("expires")), (None, None));

        let head = ask(&anonymous, Method::HEAD, &path, &[(ACCEPT_ENCODING, accepted)]).await;
        assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
        for (name, value) in &response.headers {
            if !["x-request-id"].contains(&name.as_str()) {
                assert_eq!(head.headers.get(name), Some(value), "{name}");
            }
        }
    }
    let head = ask(&anonymous, Method::HEAD, "/connections/x", &[]).await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
    assert_eq!(head.header("content-type"), Some("text/html; charset=utf-8"));
}

#[tokio::test]
async fn hostile_names_are_names_of_nothing() {
    let api = TestApi::start_as(with_console()).await;
    let anonymous = api.anonymous();
    let long = "x".repeat(4_000) + ".js";
    for name in [
        "nothing-4.js",
        "index-1.js.br",
        "index-1.js.gz",
        "index-1",
        "index-1.html",
        "..%2findex.html",
        "..%2frobots.txt",
        "%2e%2e%2f%2e%2e%2fCargo.js",
        "..%5crobots.txt",
        "%2fetc%2fx.js",
        "x%00.js",
        "index-1.js%00.css",
        "index-1.js%20",
        ".js",
        "%ff.js",
        "%C3%BC.js",
        "..js",
        "%252e%252e%252frobots.txt",
        long.as_str(),
    ] {
        let response = anonymous.get(&format!("/assets/{name}")).await;
        response.is_refusal(404, "NOT_FOUND", "Resource not found");
        assert_ne!(response.header("cache-control"), Some("public, max-age=31536000, immutable"));
    }
}

#[tokio::test]
async fn a_file_in_the_folder_of_the_page_is_sent_again_only_after_a_change() {
    let api = TestApi::start_as(with_console()).await;
    let anonymous = api.anonymous();
    let response = anonymous.get("/robots.txt").await;
    assert_eq!((response.status.as_u16(), response.text.as_str()), (200, "Disallow: /"));
    assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(response.header("cache-control"), Some("no-cache"));
    let tag = response.header("etag").expect("a tag").to_owned();
    for (known, status) in [
        (tag.clone(), 304),
        (format!("W/{tag}"), 304),
        (format!("\"other\", {tag}"), 304),
        ("*".to_owned(), 304),
        ("\"other\"".to_owned(), 200),
        (tag.replace('"', ""), 200),
    ] {
        let again = get(&anonymous, "/robots.txt", &[(IF_NONE_MATCH, &known)]).await;
        assert_eq!(again.status.as_u16(), status, "{known}");
        assert_eq!(again.header("etag"), Some(tag.as_str()));
        assert_eq!(again.text.is_empty(), status == 304);
    }
}

#[tokio::test]
async fn without_the_console_every_page_says_how_to_get_it() {
    let base = BasePath::parse("/haltere").expect("good");
    for (options, link) in [
        (ApiOptions::default(), "href=\"/api/docs\""),
        (ApiOptions { base, ..ApiOptions::default() }, "href=\"/haltere/api/docs\""),
    ] {
        let api = TestApi::start_as(options).await;
        let anonymous = api.anonymous();
        for path in ["/", "/login", "/connections/x"] {
            let response = anonymous.get(path).await;
            assert_eq!(response.status, 200, "{path}");
            assert!(
                response.text.contains("make console") && response.text.contains(link),
                "{path}"
            );
            let sheet = between(&response.text, "rel=\"stylesheet\" href=\"", "\"");
            assert_eq!(anonymous.get(sheet).await.status, 200);
        }
        for path in ["/assets/index-1.js", "/robots.txt"] {
            anonymous.get(path).await.is_refusal(404, "NOT_FOUND", "Resource not found");
        }
    }
}
