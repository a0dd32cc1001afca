//! Contract tests of groups.

use std::sync::Arc;

use haltere_core::{GroupName, LabelSelector, Role, Roles};

use super::records::{at, bare_connection, commit, id, keep, user, user_name};
use crate::{GroupMember, GroupRecord, Store, StoreError, UniqueRule};

fn name(text: &str) -> GroupName {
    GroupName::parse(text).unwrap()
}

fn member(user: &str) -> GroupMember {
    GroupMember { user: user_name(user), added_by: "root".to_owned(), by_sign_on: user == "eve" }
}

fn group(text: &str) -> GroupRecord {
    GroupRecord {
        name: name(text),
        description: Some("Those who are there at night".to_owned()),
        role: Role::ConnectionManager,
        label: LabelSelector::parse("site=graz,line!=2").unwrap(),
        narrows: true,
        members: vec![member("ada"), member("eve")],
        connections: vec!["a".to_owned(), "b".to_owned()],
        created_at: at(0),
        updated_at: at(0),
    }
}

fn bare(text: &str) -> GroupRecord {
    GroupRecord {
        description: None,
        role: Role::Viewer,
        label: LabelSelector::default(),
        narrows: false,
        members: Vec::new(),
        connections: Vec::new(),
        ..group(text)
    }
}

/// Users and connections that can be in groups.
async fn with_contents(store: &dyn Store) {
    for name in ["ada", "eve", "joe"] {
        commit(store, async |tx| tx.users().insert(&user(name)).await.unwrap()).await;
    }
    for id in ["a", "b", "c"] {
        keep(store, bare_connection(id, id)).await;
    }
}

async fn insert(store: &dyn Store, record: &GroupRecord) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.groups().insert(record).await?;
    tx.commit().await
}

async fn find(store: &dyn Store, text: &str) -> Option<GroupRecord> {
    store.read().await.unwrap().groups().find(&name(text)).await.unwrap()
}

async fn counter(store: &dyn Store) -> i64 {
    store.read().await.unwrap().meta().change_counters().await.unwrap().sessions
}

pub async fn what_was_inserted_is_found(store: Arc<dyn Store>) {
    with_contents(&*store).await;
    for record in [group("Night shift"), bare("empty")] {
        insert(&*store, &record).await.unwrap();
    }
    let mut read = store.read().await.unwrap();
    assert_eq!(read.groups().list().await.unwrap(), [group("Night shift"), bare("empty")]);
    assert_eq!(find(&*store, "Night shift").await, Some(group("Night shift")));
    assert_eq!(find(&*store, "night shift").await, None);
    assert_eq!(read.groups().of_user(&user_name("eve")).await.unwrap(), [name("Night shift")]);
    assert_eq!(read.groups().of_user(&user_name("joe")).await.unwrap(), []);
    assert_eq!(read.groups().of_connection("b").await.unwrap(), [name("Night shift")]);
    assert_eq!(read.groups().of_connection("c").await.unwrap(), []);
}

pub async fn the_roles_of_a_member_are_those_of_groups_that_narrow(store: Arc<dyn Store>) {
    with_contents(&*store).await;
    let of_role = |text, role, narrows| GroupRecord { role, narrows, ..group(text) };
    for record in [
        of_role("one", Role::Viewer, true),
        of_role("two", Role::ConnectionManager, true),
        of_role("three", Role::ConnectionManager, true),
        of_role("wide", Role::Admin, false),
    ] {
        insert(&*store, &record).await.unwrap();
    }
    let mut read = store.read().await.unwrap();
    let roles = read.groups().roles_of(&user_name("eve")).await.unwrap();
    assert_eq!(roles, [Role::Viewer, Role::ConnectionManager].into_iter().collect());
    assert_eq!(read.groups().roles_of(&user_name("joe")).await.unwrap(), Roles::default());
}

pub async fn a_name_is_unique(store: Arc<dyn Store>) {
    insert(&*store, &bare("one")).await.unwrap();
    insert(&*store, &bare("One")).await.unwrap();
    let again = insert(&*store, &bare("one")).await;
    assert!(matches!(again, Err(StoreError::Taken(UniqueRule::GroupName))), "{again:?}");
}

pub async fn an_update_replaces_all_but_name_and_creation(store: Arc<dyn Store>) {
    with_contents(&*store).await;
    insert(&*store, &group("one")).await.unwrap();
    insert(&*store, &group("two")).await.unwrap();
    let new = GroupRecord {
        description: None,
        role: Role::Admin,
        label: LabelSelector::default(),
        narrows: false,
        members: vec![member("eve"), member("joe")],
        connections: vec!["c".to_owned()],
        created_at: at(100),
        updated_at: at(50),
        ..group("one")
    };
    commit(&*store, async |tx| tx.groups().update(&new).await.unwrap()).await;
    assert_eq!(find(&*store, "one").await, Some(GroupRecord { created_at: at(0), ..new }));
    assert_eq!(find(&*store, "two").await, Some(group("two")));
    let mut tx = store.write().await.unwrap();
    let gone = tx.groups().update(&bare("three")).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
}

pub async fn connections_are_added_once(store: Arc<dyn Store>) {
    with_contents(&*store).await;
    insert(&*store, &group("one")).await.unwrap();
    commit(&*store, async |tx| {
        tx.groups().add_connections(&name("one"), &["c", "a"]).await.unwrap();
        tx.groups().add_connections(&name("nowhere"), &["c"]).await.unwrap();
    })
    .await;
    assert_eq!(find(&*store, "one").await.unwrap().connections, ["a", "b", "c"]);
}

pub async fn deleting_returns_whether_there_was_one(store: Arc<dyn Store>) {
    with_contents(&*store).await;
    insert(&*store, &group("one")).await.unwrap();
    commit(&*store, async |tx| {
        assert!(!tx.groups().delete(&name("ONE")).await.unwrap());
        assert!(tx.groups().delete(&name("one")).await.unwrap());
        assert!(!tx.groups().delete(&name("one")).await.unwrap());
        assert_eq!(tx.groups().of_user(&user_name("ada")).await.unwrap(), []);
    })
    .await;
    insert(&*store, &bare("one")).await.unwrap();
    assert_eq!(find(&*store, "one").await, Some(bare("one")), "nothing of the old one is left");
}

pub async fn members_and_connections_go_with_their_user_and_connection(store: Arc<dyn Store>) {
    with_contents(&*store).await;
    insert(&*store, &group("one")).await.unwrap();
    commit(&*store, async |tx| {
        assert!(tx.users().delete(&user_name("ada")).await.unwrap());
        for text in ["a", "b"] {
            assert!(tx.connections().delete(&id(text)).await.unwrap());
        }
    })
    .await;
    let left = find(&*store, "one").await.unwrap();
    assert_eq!((left.members, left.connections), (vec![member("eve")], Vec::new()));
    assert!(left.narrows, "its members don't see more than before");
    keep(&*store, bare_connection("a", "a")).await;
    assert_eq!(find(&*store, "one").await.unwrap().connections, [""; 0], "it is another one");
}

pub async fn each_change_moves_the_counter(store: Arc<dyn Store>) {
    with_contents(&*store).await;
    let mut last = counter(&*store).await;
    let mut moved = async || {
        let now = counter(&*store).await;
        std::mem::replace(&mut last, now) < now
    };
    insert(&*store, &group("one")).await.unwrap();
    assert!(moved().await);
    commit(&*store, async |tx| tx.groups().update(&group("one")).await.unwrap()).await;
    assert!(moved().await);
    let add = async |id| {
        commit(&*store, async |tx| {
            tx.groups().add_connections(&name("one"), &[id]).await.unwrap();
        })
        .await;
    };
    add("c").await;
    assert!(moved().await);
    commit(&*store, async |tx| assert!(tx.connections().delete(&id("a")).await.unwrap())).await;
    assert!(moved().await);
    commit(&*store, async |tx| assert!(tx.groups().delete(&name("one")).await.unwrap())).await;
    assert!(moved().await);
    commit(&*store, async |tx| assert!(tx.connections().delete(&id("c")).await.unwrap())).await;
    assert!(!moved().await, "it was in no group");
}
