//! Contract tests of users.

use std::sync::Arc;

use haltere_core::Role;

use super::records::{at, commit, user, user_name};
use crate::{Invitation, InvitationId, Store, StoreError, UniqueRule, UserRecord};

async fn insert(store: &dyn Store, record: &UserRecord) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.users().insert(record).await?;
    tx.commit().await
}

async fn find(store: &dyn Store, name: &str) -> Option<UserRecord> {
    store.read().await.unwrap().users().find(&user_name(name)).await.unwrap()
}

pub async fn what_was_inserted_is_found(store: Arc<dyn Store>) {
    let all_roles = UserRecord { roles: Role::ALL.into_iter().collect(), ..user("root") };
    insert(&*store, &user("ada")).await.unwrap();
    insert(&*store, &all_roles).await.unwrap();
    assert_eq!(find(&*store, "ada").await, Some(user("ada")));
    assert_eq!(find(&*store, "root").await, Some(all_roles));
    assert_eq!(find(&*store, "eve").await, None);
}

pub async fn a_name_is_unique_and_case_sensitive(store: Arc<dyn Store>) {
    insert(&*store, &user("ada")).await.unwrap();
    insert(&*store, &user("Ada")).await.unwrap();
    let again = insert(&*store, &user("ada")).await;
    assert!(matches!(again, Err(StoreError::Taken(UniqueRule::UserName))), "{again:?}");
}

pub async fn an_update_replaces_all_but_name_and_creation(store: Arc<dyn Store>) {
    insert(&*store, &user("ada")).await.unwrap();
    insert(&*store, &user("eve")).await.unwrap();
    let new = UserRecord {
        password_hash: None,
        initial_password: false,
        roles: Role::Admin.into(),
        disabled: true,
        must_change_password: false,
        last_login_at: Some(at(70)),
        invitation: Some(invitation(1)),
        created_at: at(100),
        updated_at: at(50),
        ..user("ada")
    };
    commit(&*store, async |tx| tx.users().update(&new).await.unwrap()).await;
    assert_eq!(
        find(&*store, "ada").await,
        Some(UserRecord { created_at: at(0), last_login_at: None, ..new })
    );
    assert_eq!(find(&*store, "eve").await, Some(user("eve")));
}

fn invitation(number: u8) -> Invitation {
    Invitation { id: InvitationId([number; 32]), expires_at: at(90) }
}

pub async fn a_user_is_found_by_the_invitation(store: Arc<dyn Store>) {
    let invited = UserRecord { invitation: Some(invitation(1)), ..user("ada") };
    insert(&*store, &invited).await.unwrap();
    insert(&*store, &user("eve")).await.unwrap();
    let find = async |number| {
        let mut read = store.read().await.unwrap();
        read.users().find_invited(&InvitationId([number; 32])).await.unwrap()
    };
    assert_eq!(find(1).await, Some(invited));
    assert_eq!(find(2).await, None);
    commit(&*store, async |tx| tx.users().update(&user("ada")).await.unwrap()).await;
    assert_eq!(find(1).await, None);
}

pub async fn a_login_is_noted_and_moves_no_counter(store: Arc<dyn Store>) {
    let counters =
        async || store.read().await.unwrap().meta().change_counters().await.unwrap().sessions;
    insert(&*store, &user("ada")).await.unwrap();
    let start = counters().await;
    commit(&*store, async |tx| {
        tx.users().set_last_login(&user_name("ada"), at(7)).await.unwrap();
        tx.users().set_last_login(&user_name("eve"), at(7)).await.unwrap();
    })
    .await;
    assert_eq!(find(&*store, "ada").await.unwrap().last_login_at, Some(at(7)));
    assert_eq!(counters().await, start);
}

pub async fn preferences_are_replaced_and_go_with_their_user(store: Arc<dyn Store>) {
    let counters =
        async || store.read().await.unwrap().meta().change_counters().await.unwrap().sessions;
    let of = async |name| {
        let mut read = store.read().await.unwrap();
        let all = read.users().preferences(&user_name(name)).await.unwrap();
        all.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    insert(&*store, &user("ada")).await.unwrap();
    insert(&*store, &user("eve")).await.unwrap();
    let start = counters().await;
    let set = async |name, value| {
        commit(&*store, async |tx| {
            tx.users().set_preference(&user_name("ada"), name, value).await.unwrap();
        })
        .await;
    };
    set("theme", Some("light")).await;
    set("language", Some("de")).await;
    set("theme", Some("dark")).await;
    assert_eq!(of("ada").await, ["language=de", "theme=dark"]);
    set("language", None).await;
    set("language", None).await;
    assert_eq!(of("ada").await, ["theme=dark"]);
    assert_eq!((of("eve").await, counters().await), (Vec::new(), start));
    commit(&*store, async |tx| assert!(tx.users().delete(&user_name("ada")).await.unwrap())).await;
    insert(&*store, &user("ada")).await.unwrap();
    assert_eq!(of("ada").await, Vec::<String>::new());
}

pub async fn updating_what_is_not_there_says_gone(store: Arc<dyn Store>) {
    let mut tx = store.write().await.unwrap();
    let gone = tx.users().update(&user("ada")).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
}

pub async fn deleting_returns_whether_there_was_one(store: Arc<dyn Store>) {
    insert(&*store, &user("ada")).await.unwrap();
    commit(&*store, async |tx| {
        assert!(!tx.users().delete(&user_name("ADA")).await.unwrap());
        assert!(tx.users().delete(&user_name("ada")).await.unwrap());
        assert!(!tx.users().delete(&user_name("ada")).await.unwrap());
    })
    .await;
    assert_eq!(find(&*store, "ada").await, None);
}

pub async fn users_are_listed_by_name(store: Arc<dyn Store>) {
    for name in ["eve", "Zoe", "ada", "änne"] {
        insert(&*store, &user(name)).await.unwrap();
    }
    let users = store.read().await.unwrap().users().list().await.unwrap();
    let names: Vec<_> = users.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["Zoe", "ada", "eve", "änne"]);
}

pub async fn updates_and_deletions_move_the_counter(store: Arc<dyn Store>) {
    let counters =
        async || store.read().await.unwrap().meta().change_counters().await.unwrap().sessions;
    insert(&*store, &user("ada")).await.unwrap();
    let start = counters().await;
    commit(&*store, async |tx| tx.users().update(&user("ada")).await.unwrap()).await;
    let updated = counters().await;
    assert!(updated > start);
    commit(&*store, async |tx| assert!(tx.users().delete(&user_name("ada")).await.unwrap())).await;
    assert!(counters().await > updated);
}
