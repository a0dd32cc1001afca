//! The web console out of the real binary: whole, packed, and where it says it is.
//!
//! A binary built for tests reads `web/dist` when it is asked. `make test` has built that; where it is
//! missing, what is tested is the page that says so.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use e2e::{Client, Haltere, Options};
use reqwest::Method;
use reqwest::header::ACCEPT_ENCODING;
use tokio::process::Command;

use crate::support::links;

/// What the build has made, if it has.
fn built() -> Option<PathBuf> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist");
    dist.join("index.html").is_file().then_some(dist)
}

async fn file(client: &Client, name: &str, codings: &str) -> (String, Vec<u8>) {
    let path = format!("/assets/{name}");
    let request = client.request(Method::GET, &path).header(ACCEPT_ENCODING, codings);
    let answer = client.send(request, &path).await.expect_status(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{name}");
    assert_eq!(answer.header("content-length"), answer.body.len().to_string());
    (answer.header("content-encoding").to_owned(), answer.body.to_vec())
}

/// What the real curl makes of the packed file, as browsers do.
async fn unpacked(base: &str, name: &str, coding: &str) -> Vec<u8> {
    let accept = format!("Accept-Encoding: {coding}");
    let url = format!("{base}/assets/{name}");
    let options = ["--silent", "--fail", "--noproxy", "*", "--compressed", "--header", &accept];
    let output = Command::new("curl").args(options).arg(&url).output().await.expect("curl runs");
    assert!(output.status.success(), "{url}: {output:?}");
    output.stdout
}

#[tokio::test]
async fn every_file_of_the_console_is_there_in_each_of_its_forms() {
    let Some(dist) = built() else { return the_page_says_that_it_is_missing().await };
    let mut haltere = Haltere::start().await;
    let client = haltere.anonymous();
    let files = std::fs::read_dir(dist.join("assets")).expect("there are files");
    let names: BTreeSet<String> = files
        .map(|file| file.expect("an entry").file_name().into_string().expect("a plain name"))
        .collect();
    let is_packed = |name: &str| matches!(name.rsplit_once('.'), Some((_, "br" | "gz")));
    let mut n_packed = 0;
    for name in names.iter().filter(|name| !is_packed(name)) {
        let content = std::fs::read(dist.join("assets").join(name)).expect("readable");
        assert_eq!(file(&client, name, "identity").await, (String::new(), content.clone()));
        for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
            if names.contains(&format!("{name}.{ending}")) {
                let (sent_as, packed) = file(&client, name, coding).await;
                assert_eq!(sent_as, coding, "{name}");
                assert!(packed.len() < content.len(), "{name} is larger in {coding}");
                assert!(unpacked(&haltere.base(), name, coding).await == content, "{name}");
                n_packed += 1;
            }
        }
        client.get(&format!("/assets/{name}.br")).await.expect_status(404);
    }
    assert!(n_packed > 20, "only {n_packed} packed files");
    haltere.stop().await;
}

async fn the_page_says_that_it_is_missing() {
    let mut haltere = Haltere::start().await;
    let page = haltere.anonymous().get("/connections/x").await.expect_status(200).text();
    assert!(page.contains("make console"), "{page}");
    haltere.stop().await;
}

#[tokio::test]
async fn each_address_is_a_page_and_what_it_links_to_is_there() {
    for base in ["", "/haltere"] {
        let options = Options::default().env("HALTERE_SERVER_BASE_PATH", base);
        let mut haltere = options.start().await;
        let client = haltere.anonymous();
        for target in ["/", "/login?error=throttled", "/connections/press-4.local/edit"] {
            let page = client.get(&format!("{base}{target}")).await.expect_status(200);
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
            let text = page.text();
            assert_eq!(text.contains("haltere-nonce"), built().is_some(), "{text}");
            assert!(!text.contains("__HALTERE"), "not filled in: {text}");
            let links = links(&text);
            assert!(links.len() >= 3, "{text}");
            for link in links {
                assert!(link.starts_with(&format!("{base}/")), "{link} leads elsewhere");
                client.get(&link).await.expect_status(200);
            }
        }
        client.get(&format!("{base}/nowhere.js")).await.expect_status(404);
        client.get(&format!("{base}/assets/nowhere.js")).await.expect_status(404);
        client.get(&format!("{base}/api/nowhere")).await.expect_status(404);
        haltere.stop().await;
    }
}
