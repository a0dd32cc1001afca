//! The first start, the second, and starts that must not be.

use std::os::unix::fs::PermissionsExt as _;

use e2e::haltere::listing;
use e2e::{Client, Haltere, Options, secret};
use serde_json::json;

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

/// The word after "password" in the only line that speaks of one.
fn printed_password(lines: &[String]) -> Option<String> {
    let line = lines.iter().find(|line| line.to_lowercase().contains("password"))?;
    let words = line.split(|c: char| c.is_whitespace() || "\"',".contains(c));
    let mut long =
        words.filter(|word| word.len() >= 12 && word.chars().any(|c| c.is_ascii_digit()));
    long.next_back().map(str::to_owned)
}

#[tokio::test]
async fn a_random_password_is_printed_once_and_works() {
    let mut haltere = Options::default().without_admin().start().await;
    let password = printed_password(&haltere.log().lines()).expect("a password is printed");
    haltere.login("admin", &password).await;
    haltere.stop().await;
    assert_eq!(haltere.log().text().matches(&password).count(), 1, "printed more than once");
    assert_eq!(haltere.files_holding(&[password.as_bytes()]), Vec::<String>::new());

    haltere.restart().await;
    let admin = haltere.login("admin", &password).await;
    let is_initial = async |client: &Client| {
        let profile = client.get("/api/profile").await.expect_status(200).json();
        profile["initialPassword"].as_bool().expect("a boolean")
    };
    assert!(is_initial(&admin).await);
    let change = json!({ "oldPassword": password, "password": secret("chosen") });
    let changed = admin.put("/api/profile", &change).await.expect_status(200).json();
    assert_eq!(changed["initialPassword"], false);
    assert!(!is_initial(&admin).await);
    haltere.stop().await;
    let text = haltere.log().text();
    assert!(
        !text.contains(&password) && printed_password(&haltere.log().lines()).is_none(),
        "{text}"
    );
}

#[tokio::test]
async fn what_it_makes_is_for_its_owner_only() {
    let haltere = Haltere::start().await;
    assert_eq!(mode(&haltere.data()), 0o700);
    for name in listing(&haltere.data()) {
        let mode = mode(&haltere.data().join(&name));
        assert_eq!(mode & 0o077, 0, "{name} has mode {mode:o}");
    }
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused() {
    let mut haltere = Haltere::start().await;
    let (status, said) = Options::default().data_dir(haltere.data_dir()).start_refused().await;
    assert!(!status.success());
    let folder = haltere.data();
    assert!(said.contains(folder.to_str().expect("a plain path")), "it names the folder: {said}");
    assert!(!said.contains("panicked"), "{said}");
    haltere.admin().await.get("/api/connections").await.expect_status(200);
    haltere.stop().await;

    // The folder is free again, also after a kill.
    haltere.restart().await;
    haltere.kill().await;
    haltere.restart().await;
    haltere.stop().await;
}

#[tokio::test]
async fn a_wrong_master_key_is_refused() {
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let other = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    let mut haltere = Options::default().env("HALTERE_MASTER_KEY", key).start().await;
    haltere.stop().await;
    let options = Options::default().data_dir(haltere.data_dir());
    let (status, said) = options.env("HALTERE_MASTER_KEY", other).start_refused().await;
    assert!(!status.success());
    assert!(said.to_lowercase().contains("master key"), "{said}");
    assert!(!said.contains(other) && !said.contains("panicked"), "{said}");

    haltere.restart().await;
    haltere.admin().await;
    haltere.stop().await;
}

#[tokio::test]
async fn the_administrator_of_the_environment_is_made_once() {
    let mut haltere = Options::default().env("HALTERE_ADMIN_USERNAME", "olga").start().await;
    let olga = haltere.login("olga", &secret("admin")).await;
    let profile = olga.get("/api/profile").await.expect_status(200).json();
    assert_eq!(profile["initialPassword"], false, "a user chose it");
    haltere.stop().await;
    let changed = haltere
        .cli(&["users", "passwd", "olga", "--password-stdin"], Some(&secret("olga-new")))
        .await;
    assert!(changed.status.success(), "{changed:?}");
    haltere.restart().await;
    haltere.login("olga", &secret("olga-new")).await;
    haltere.stop().await;
}
