//! Contract tests of single sign-on.

use std::sync::Arc;

use haltere_core::SessionId;

use super::records::{at, commit, session, user, user_name};
use crate::{IdentityRecord, SessionRecord, SignedOnRecord, Store};

const ISSUER: &str = "https://id.example.org";

fn identity(name: &str, subject: &str) -> IdentityRecord {
    IdentityRecord { user: user_name(name), issuer: ISSUER.to_owned(), subject: subject.to_owned() }
}

async fn with_users(store: &dyn Store) {
    commit(store, async |tx| {
        tx.users().insert(&user("ada")).await.unwrap();
        tx.users().insert(&user("bob")).await.unwrap();
    })
    .await;
}

pub async fn a_user_is_found_by_the_identity(store: Arc<dyn Store>) {
    with_users(&*store).await;
    commit(&*store, async |tx| {
        tx.sign_ons().set_identity(&identity("ada", "1")).await.unwrap();
        tx.sign_ons().set_identity(&identity("ada", "2")).await.unwrap();
        tx.sign_ons().set_identity(&identity("bob", "1")).await.unwrap();
    })
    .await;
    let mut read = store.read().await.unwrap();
    assert_eq!(read.sign_ons().find_user(ISSUER, "1").await.unwrap(), Some(user_name("bob")));
    assert_eq!(read.sign_ons().find_user(ISSUER, "2").await.unwrap(), Some(user_name("ada")));
    assert_eq!(read.sign_ons().find_user("https://other", "1").await.unwrap(), None);
    let of_ada = read.sign_ons().identity_of(&user_name("ada")).await.unwrap();
    assert_eq!(of_ada, Some(identity("ada", "2")));
    assert_eq!(read.sign_ons().identity_of(&user_name("eve")).await.unwrap(), None);
}

pub async fn who_lacks_a_role_is_kept(store: Arc<dyn Store>) {
    with_users(&*store).await;
    let lacks = async |name| {
        let mut read = store.read().await.unwrap();
        read.sign_ons().lacks_role(&user_name(name)).await.unwrap()
    };
    let set = async |name, lacks| {
        commit(&*store, async |tx| {
            tx.sign_ons().set_lacks_role(&user_name(name), lacks).await.unwrap();
        })
        .await;
    };
    commit(&*store, async |tx| {
        tx.sign_ons().set_identity(&identity("ada", "1")).await.unwrap();
    })
    .await;
    assert!(!lacks("ada").await && !lacks("bob").await);
    set("ada", true).await;
    set("bob", true).await;
    assert!(lacks("ada").await && !lacks("bob").await, "one has no identity");
    set("ada", false).await;
    assert!(!lacks("ada").await);
}

pub async fn all_of_it_goes_with_its_user_or_session(store: Arc<dyn Store>) {
    with_users(&*store).await;
    let record = SignedOnRecord {
        session: SessionId([1; 32]),
        issuer: ISSUER.to_owned(),
        subject: "1".to_owned(),
        provider_session: None,
    };
    commit(&*store, async |tx| {
        tx.sign_ons().set_identity(&identity("ada", "1")).await.unwrap();
        assert!(tx.sign_ons().set_break_glass(&user_name("ada"), true).await.unwrap());
        tx.sessions().insert(&session(1, "ada", 0, 3_600)).await.unwrap();
        tx.sign_ons().insert_session(&record).await.unwrap();
    })
    .await;
    let found = store.read().await.unwrap().sign_ons().session(&record.session).await.unwrap();
    assert_eq!(found, Some(record.clone()));
    commit(&*store, async |tx| {
        assert!(tx.sessions().delete(&record.session).await.unwrap());
        assert!(tx.users().delete(&user_name("ada")).await.unwrap());
    })
    .await;
    let mut read = store.read().await.unwrap();
    assert_eq!(read.sign_ons().session(&record.session).await.unwrap(), None);
    assert_eq!(read.sign_ons().find_user(ISSUER, "1").await.unwrap(), None);
    assert!(read.sign_ons().break_glass().await.unwrap().is_empty());
}

pub async fn sessions_are_found_by_what_a_provider_says(store: Arc<dyn Store>) {
    with_users(&*store).await;
    commit(&*store, async |tx| {
        for (number, name, subject, provider_session) in [
            (1, "ada", "a", Some("s1")),
            (2, "ada", "a", Some("s2")),
            (3, "ada", "a", None),
            (4, "bob", "b", Some("s1")),
        ] {
            let created = i64::from(number);
            let new = session(number, name, created, 3_600);
            let new = SessionRecord { created_at: at(created), ..new };
            tx.sessions().insert(&new).await.unwrap();
            let record = SignedOnRecord {
                session: SessionId([number; 32]),
                issuer: ISSUER.to_owned(),
                subject: subject.to_owned(),
                provider_session: provider_session.map(str::to_owned),
            };
            tx.sign_ons().insert_session(&record).await.unwrap();
        }
    })
    .await;
    let mut read = store.read().await.unwrap();
    for (issuer, subject, provider_session, begun_by, expected) in [
        (ISSUER, Some("a"), None, 9, &[1, 2, 3][..]),
        (ISSUER, Some("a"), None, 2, &[1, 2]),
        (ISSUER, Some("a"), Some("s1"), 9, &[1, 3]),
        (ISSUER, Some("a"), Some("s2"), 1, &[2]),
        (ISSUER, None, Some("s1"), 0, &[1, 4]),
        (ISSUER, Some("b"), Some("s2"), 9, &[]),
        (ISSUER, None, None, 9, &[]),
        ("https://other", Some("a"), None, 9, &[]),
        ("https://other", None, Some("s1"), 9, &[]),
    ] {
        let sign_ons = read.sign_ons();
        let found = sign_ons.sessions(issuer, subject, provider_session, at(begun_by));
        let found = found.await.unwrap();
        let mut found: Vec<_> = found.into_iter().map(|(id, _)| id.0[0]).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{issuer} {subject:?} {provider_session:?} {begun_by}");
    }
}

pub async fn who_may_break_the_glass_is_kept(store: Arc<dyn Store>) {
    with_users(&*store).await;
    commit(&*store, async |tx| {
        for (name, may, changes) in
            [("bob", true, true), ("bob", true, false), ("ada", true, true), ("ada", false, true)]
        {
            let changed = tx.sign_ons().set_break_glass(&user_name(name), may).await.unwrap();
            assert_eq!(changed, changes, "{name} {may}");
        }
        assert!(!tx.sign_ons().set_break_glass(&user_name("ada"), false).await.unwrap());
    })
    .await;
    let mut read = store.read().await.unwrap();
    assert_eq!(read.sign_ons().break_glass().await.unwrap(), [user_name("bob")]);
}
