//! Users, managed with the command line while the server runs.

use e2e::haltere::admin_password;
use e2e::{DEADLINE, Haltere, eventually, secret};

#[tokio::test]
async fn users_are_added_listed_and_removed_while_the_server_runs() {
    let mut haltere = Haltere::start().await;
    let manager = haltere.user("max", &["connectionManager", "viewer"]).await;
    let profile = manager.get("/api/profile").await.expect_status(200).json();
    assert_eq!(profile["username"], "max");

    let list = haltere.cli(&["users", "list"], None).await;
    assert!(list.status.success(), "{list:?}");
    for word in ["admin", "max", "connectionManager", "viewer"] {
        assert!(list.stdout.contains(word), "{word} is missing in {}", list.stdout);
    }
    let twice = haltere
        .cli(
            &["users", "add", "max", "--role", "viewer", "--password-stdin"],
            Some(&secret("other")),
        )
        .await;
    assert!(!twice.status.success());
    assert!(twice.stderr.contains("max"), "the message names the user: {}", twice.stderr);

    let gone = haltere.cli(&["users", "remove", "max"], None).await;
    assert!(gone.status.success(), "{gone:?}");
    eventually("the session of a removed user ends", async || {
        (manager.get("/api/profile").await.status == 401).then_some(())
    })
    .await;
    assert_eq!(haltere.anonymous().try_login("max", &secret("max")).await.status, 401);
    let again = haltere.cli(&["users", "remove", "max"], None).await;
    assert!(!again.status.success() && again.stderr.contains("max"), "{again:?}");
    haltere.stop().await;
}

#[tokio::test]
async fn a_new_password_ends_the_sessions() {
    let mut haltere = Haltere::start().await;
    let client = haltere.user("nina", &["viewer"]).await;
    let mut events = client.events(None).await;
    client.get("/api/profile").await.expect_status(200);

    let changed = haltere
        .cli(&["users", "passwd", "nina", "--password-stdin"], Some(&secret("nina-new")))
        .await;
    assert!(changed.status.success(), "{changed:?}");
    eventually("the old session is refused", async || {
        (client.get("/api/profile").await.status == 401).then_some(())
    })
    .await;
    assert!(events.ends_within(DEADLINE).await, "the event stream outlives its session");

    assert_eq!(haltere.anonymous().try_login("nina", &secret("nina")).await.status, 401);
    haltere.login("nina", &secret("nina-new")).await.get("/api/profile").await.expect_status(200);
    haltere.stop().await;
}

#[tokio::test]
async fn unknown_roles_and_users_are_named() {
    let haltere = Haltere::start().await;
    let role = haltere
        .cli(&["users", "add", "x", "--role", "root", "--password-stdin"], Some(&secret("x")))
        .await;
    assert!(!role.status.success() && role.stderr.contains("root"), "{role:?}");
    let user =
        haltere.cli(&["users", "passwd", "unknown", "--password-stdin"], Some(&secret("x"))).await;
    assert!(!user.status.success() && user.stderr.contains("unknown"), "{user:?}");
    haltere.login("admin", &admin_password()).await;
}
