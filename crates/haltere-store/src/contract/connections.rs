//! Contract tests of connections.

use std::slice;
use std::sync::Arc;

use haltere_core::{Intent, Pem, Revision};

use super::records::{at, bare_connection, commit, connection, id, ids, keep};
use crate::{
    ChangeCounters, ClientIdUse, Conflicts, ConnectionKey, ConnectionRecord, Sealed, Store,
    StoreError, UniqueRule,
};

async fn find(store: &dyn Store, text: &str) -> Option<ConnectionRecord> {
    store.read().await.unwrap().connections().find(&id(text)).await.unwrap()
}

async fn insert(store: &dyn Store, record: &ConnectionRecord) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.connections().insert_many(slice::from_ref(record)).await?;
    tx.commit().await
}

async fn update(store: &dyn Store, record: &ConnectionRecord) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.connections().update(record).await?;
    tx.commit().await
}

fn is_taken(result: &Result<(), StoreError>, rule: UniqueRule) -> bool {
    matches!(result, Err(StoreError::Taken(taken)) if *taken == rule)
}

pub async fn what_was_inserted_is_found(store: Arc<dyn Store>) {
    let full = keep(&*store, connection("a", "A")).await;
    let bare = keep(&*store, bare_connection("b", "B")).await;
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.connections().find(&id("a")).await.unwrap(), Some(full.clone()));
    assert_eq!(tx.connections().find(&id("A")).await.unwrap(), None);
    assert_eq!(tx.connections().list().await.unwrap(), [full, bare]);
}

pub async fn conflicts_by_id_and_by_name_are_distinguished(store: Arc<dyn Store>) {
    let none = Conflicts { by_id: None, by_name: None };
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.connections().find_conflicts(Some(&id("a")), "A").await.unwrap(), none);
    drop(tx);
    let a = Some(keep(&*store, connection("a", "A")).await);
    let b = Some(keep(&*store, bare_connection("b", "B")).await);
    let mut tx = store.read().await.unwrap();
    for (looked_for, name, by_id, by_name) in [
        (Some("a"), "A", &a, &a),
        (Some("a"), "B", &a, &b),
        (Some("b"), "A", &b, &a),
        (Some("a"), "a", &a, &None),
        (Some("A"), "B", &None, &b),
        (Some("A"), "a", &None, &None),
        (None, "A", &None, &a),
        (None, "", &None, &None),
    ] {
        let looked_for = looked_for.map(id);
        let conflicts = tx.connections().find_conflicts(looked_for.as_ref(), name).await.unwrap();
        let expected = Conflicts { by_id: by_id.clone(), by_name: by_name.clone() };
        assert_eq!(conflicts, expected, "{looked_for:?} {name:?}");
    }
}

pub async fn an_insert_counts_or_leaves_all_as_it_was(store: Arc<dyn Store>) {
    commit(&*store, async |tx| {
        for (id, name, count) in [
            ("a", "A", Some(1)),
            ("b", "B", Some(2)),
            ("a", "A", None),
            ("a", "C", None),
            ("c", "B", None),
            ("a", "B", None),
            ("A", "a", Some(3)),
        ] {
            let record = ConnectionRecord { revision: Revision(9), ..connection(id, name) };
            let held_before = tx.connections().held_bytes().await.unwrap();
            let inserted = tx.connections().insert(&record, "").await.unwrap();
            assert_eq!(inserted.map(|it| it.connections), count, "{id:?} {name:?}");
            let held = inserted.map(|it| it.held_before);
            assert!(held.is_none_or(|held| held == held_before), "{held:?} {held_before:?}");
            if count.is_some() {
                let held = tx.connections().held_bytes().await.unwrap().all();
                assert!(held <= held_before.all() + record.max_bytes(), "{id:?} {name:?}");
            }
        }
        assert_eq!(tx.meta().change_counters().await.unwrap().connections, 3);
    })
    .await;
    let names = store.read().await.unwrap().connections().list_keys().await.unwrap();
    let names: Vec<_> = names.into_iter().map(|key| key.name).collect();
    assert_eq!(names, ["A", "B", "a"]);
}

pub async fn an_insert_finds_a_client_id_given_to_another(store: Arc<dyn Store>) {
    let given = |id: &str, client_id: &str| ConnectionRecord {
        client_id: Some(client_id.to_owned()),
        ..connection(id, id)
    };
    let generated = |id: &str| ConnectionRecord { client_id: None, ..connection(id, id) };
    commit(&*store, async |tx| {
        for (record, client_id, in_use) in [
            (given("a", "one"), "one", false),
            (given("b", "two"), "two", false),
            (given("c", "one"), "one", true),
            (given("d", "ONE"), "ONE", false),
            (generated("e"), "two", true),
            (generated("f"), "three", false),
            (generated("g"), "three", false),
        ] {
            let inserted = tx.connections().insert(&record, client_id).await.unwrap().unwrap();
            assert_eq!(inserted.client_id_in_use, in_use, "{}", record.id);
        }
    })
    .await;
}

pub async fn an_id_is_unique(store: Arc<dyn Store>) {
    keep(&*store, connection("a", "A")).await;
    let again = insert(&*store, &connection("a", "B")).await;
    assert!(is_taken(&again, UniqueRule::ConnectionId), "{again:?}");
    assert_eq!(ids(&*store).await, ["a"]);
}

pub async fn a_name_is_unique(store: Arc<dyn Store>) {
    keep(&*store, connection("a", "A")).await;
    let again = insert(&*store, &connection("b", "A")).await;
    assert!(is_taken(&again, UniqueRule::ConnectionName), "{again:?}");
    assert_eq!(ids(&*store).await, ["a"]);
}

pub async fn uniqueness_is_case_sensitive(store: Arc<dyn Store>) {
    for (id, name) in [("a", "Name"), ("A", "name"), ("a ", "Name "), ("ä", "é"), ("Ä", "e\u{301}")]
    {
        keep(&*store, connection(id, name)).await;
    }
    assert_eq!(ids(&*store).await.len(), 5);
}

pub async fn the_list_is_in_order_of_creation(store: Arc<dyn Store>) {
    for id in ["m", "z", "a"] {
        // The order is that of the inserts, whatever the clock says.
        keep(&*store, ConnectionRecord { created_at: at(-5), ..connection(id, id) }).await;
    }
    commit(&*store, async |tx| assert!(tx.connections().delete(&id("a")).await.unwrap())).await;
    keep(&*store, connection("b", "b")).await;
    update(&*store, &connection("m", "renamed")).await.unwrap();
    assert_eq!(ids(&*store).await, ["m", "z", "b"]);
}

/// More than any backend puts into one statement.
const MANY: usize = 450;

fn many() -> Vec<ConnectionRecord> {
    let record = |number: usize| {
        let (id, name) = (format!("c{number}"), format!("Name {number}"));
        if number.is_multiple_of(2) { connection(&id, &name) } else { bare_connection(&id, &name) }
    };
    (0..MANY).rev().map(record).collect()
}

pub async fn many_are_inserted_at_once_in_their_order(store: Arc<dyn Store>) {
    let before = keep(&*store, connection("before", "Before")).await;
    let many = many();
    commit(&*store, async |tx| {
        tx.connections().insert_many(&many).await.unwrap();
        tx.connections().insert_many(&[]).await.unwrap();
    })
    .await;
    let expected: Vec<_> = [vec![before], many].concat();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.connections().list().await.unwrap(), expected);
    let keys = expected.into_iter().map(|record| {
        let ConnectionRecord { id, name, .. } = record;
        ConnectionKey { id, name }
    });
    assert_eq!(tx.connections().list_keys().await.unwrap(), keys.collect::<Vec<_>>());
    let counter = tx.meta().change_counters().await.unwrap().connections;
    assert_eq!(usize::try_from(counter).unwrap(), MANY + 1, "each of them moves the counter");
}

pub async fn many_are_inserted_all_or_none(store: Arc<dyn Store>) {
    keep(&*store, connection("c7", "Seven")).await;
    let insert = async |records: &[ConnectionRecord]| {
        let mut tx = store.write().await?;
        tx.connections().insert_many(records).await?;
        tx.commit().await
    };
    let taken = insert(&many()).await;
    assert!(is_taken(&taken, UniqueRule::ConnectionId), "{taken:?}");
    let twice = insert(&[connection("a", "A"), connection("b", "A")]).await;
    assert!(is_taken(&twice, UniqueRule::ConnectionName), "{twice:?}");
    assert_eq!(ids(&*store).await, ["c7"]);
}

pub async fn an_update_replaces_all_but_id_and_creation(store: Arc<dyn Store>) {
    let old = keep(&*store, connection("a", "A")).await;
    let new = bare_connection("a", "B");
    update(&*store, &new).await.unwrap();
    let expected = ConnectionRecord { created_at: old.created_at, ..new };
    assert_eq!(find(&*store, "a").await, Some(expected));
    let back = ConnectionRecord { intent: Intent::Connected, revision: Revision(8), ..old };
    update(&*store, &back).await.unwrap();
    assert_eq!(find(&*store, "a").await, Some(back));
}

pub async fn updating_what_is_not_there_says_gone(store: Arc<dyn Store>) {
    let gone = update(&*store, &connection("a", "A")).await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
    assert!(ids(&*store).await.is_empty());
}

pub async fn updating_to_a_taken_name_says_so(store: Arc<dyn Store>) {
    keep(&*store, connection("a", "A")).await;
    let old = keep(&*store, connection("b", "B")).await;
    let taken = update(&*store, &connection("b", "A")).await;
    assert!(is_taken(&taken, UniqueRule::ConnectionName), "{taken:?}");
    assert_eq!(find(&*store, "b").await, Some(old.clone()));
    update(&*store, &old).await.unwrap();
}

pub async fn equal_certificates_and_keys_are_kept_once(store: Arc<dyn Store>) {
    let bytes =
        async || store.read().await.unwrap().connections().held_bytes().await.unwrap().material;
    let missing = async |contents: &[&[u8]]| {
        store.read().await.unwrap().connections().missing_material_bytes(contents).await.unwrap()
    };
    assert_eq!(bytes().await, 0);
    assert_eq!(missing(&[b"ca", b"cert", b"ca"]).await, 6);
    let with = |id: &str, ca: &str, key: &[u8]| ConnectionRecord {
        ca: Some(Pem::new(ca)),
        key: Some(Sealed(key.to_vec())),
        ..connection(id, id)
    };
    let one = keep(&*store, with("a", "ca", b"key")).await;
    assert_eq!(bytes().await, 9);
    let many: Vec<_> = (0..MANY).map(|n| with(&format!("c{n}"), "ca", b"key")).collect();
    commit(&*store, async |tx| tx.connections().insert_many(&many).await.unwrap()).await;
    keep(&*store, with("b", "another ca", b"key")).await;
    assert_eq!(bytes().await, 9 + 10);
    assert_eq!(missing(&[b"ca", b"another ca", b"key", b"new", b"new"]).await, 3);
    commit(&*store, async |tx| {
        assert_eq!(
            tx.connections().insert(&with("a", "never stored", b"x"), "").await.unwrap(),
            None
        );
        let gone = tx.connections().update(&with("d", "never stored", b"x")).await;
        assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
    })
    .await;
    assert_eq!(bytes().await, 9 + 10, "what was refused left nothing behind");

    update(&*store, &with("b", "cert", b"key")).await.unwrap();
    assert_eq!(bytes().await, 9, "unused files are gone, and a cert can be a ca");
    update(&*store, &bare_connection("b", "b")).await.unwrap();
    commit(&*store, async |tx| {
        for record in &many {
            assert!(tx.connections().delete(&id(&record.id)).await.unwrap());
        }
    })
    .await;
    assert_eq!(bytes().await, 9, "one still has it");
    assert_eq!(find(&*store, "a").await, Some(one));
    commit(&*store, async |tx| assert!(tx.connections().delete(&id("a")).await.unwrap())).await;
    assert_eq!(bytes().await, 0);
}

pub async fn texts_are_counted(store: Arc<dyn Store>) {
    let texts =
        async || store.read().await.unwrap().connections().held_bytes().await.unwrap().texts;
    assert_eq!(texts().await, 0);
    let one = keep(&*store, connection("ä", "a\0ü")).await;
    let counted = ["ä", "a\0ü", one.url.as_str()].map(str::len).iter().sum::<usize>();
    assert!(one.text_bytes() > counted as u64, "and more");
    assert_eq!(texts().await, one.text_bytes());
    let many: Vec<_> = (0..MANY).map(|n| connection(&format!("c{n}"), &format!("C{n}"))).collect();
    commit(&*store, async |tx| tx.connections().insert_many(&many).await.unwrap()).await;
    let of_many: u64 = many.iter().map(ConnectionRecord::text_bytes).sum();
    assert_eq!(texts().await, one.text_bytes() + of_many);
    let other = ConnectionRecord {
        username: Some("ü\0".repeat(1_000)),
        password: Some(Sealed(vec![0; 5_000])),
        ..bare_connection("ä", "B")
    };
    update(&*store, &other).await.unwrap();
    assert_eq!(texts().await, other.text_bytes() + of_many);
    commit(&*store, async |tx| {
        assert_eq!(tx.connections().insert(&other, "").await.unwrap(), None);
        for record in &many {
            assert!(tx.connections().delete(&id(&record.id)).await.unwrap());
        }
    })
    .await;
    assert_eq!(texts().await, other.text_bytes());
    commit(&*store, async |tx| assert!(tx.connections().delete(&id("ä")).await.unwrap())).await;
    assert_eq!(texts().await, 0);
}

pub async fn deleting_returns_whether_there_was_one(store: Arc<dyn Store>) {
    keep(&*store, connection("a", "A")).await;
    commit(&*store, async |tx| {
        assert!(!tx.connections().delete(&id("A")).await.unwrap());
        assert!(tx.connections().delete(&id("a")).await.unwrap());
        assert!(!tx.connections().delete(&id("a")).await.unwrap());
    })
    .await;
    assert!(ids(&*store).await.is_empty());
    keep(&*store, connection("a", "A")).await;
}

pub async fn client_ids_are_found_by_who_has_them(store: Arc<dyn Store>) {
    let with = |id: &str, client_id: Option<&str>| ConnectionRecord {
        client_id: client_id.map(str::to_owned),
        server_name: Some(format!("{id}.example")),
        ..bare_connection(id, &format!("Name of {id}"))
    };
    for (id, client_id) in [("b", Some("x")), ("a", Some("x")), ("c", None), ("d", Some("X"))] {
        keep(&*store, with(id, client_id)).await;
    }
    let ids = |uses: Vec<ClientIdUse>| uses.into_iter().map(|it| it.id).collect::<Vec<_>>();
    let mut tx = store.read().await.unwrap();
    assert_eq!(ids(tx.connections().list_client_ids().await.unwrap()), ["b", "a", "c", "d"]);
    assert_eq!(ids(tx.connections().find_client_id("x").await.unwrap()), ["b", "a"]);
    assert_eq!(ids(tx.connections().find_client_id("unused").await.unwrap()), [""; 0]);
    let expected = ClientIdUse {
        id: "d".to_owned(),
        name: "Name of d".to_owned(),
        url: bare_connection("d", "").url,
        client_id: Some("X".to_owned()),
        server_name: Some("d.example".to_owned()),
    };
    assert_eq!(tx.connections().find_client_id("X").await.unwrap(), [expected]);
}

pub async fn invalid_rows_are_kept_unchanged(store: Arc<dyn Store>) {
    let nonsense = ConnectionRecord {
        url: "no url at all".to_owned(),
        username: Some(String::new()),
        client_id: Some("\u{1f}".to_owned()),
        password: Some(Sealed(Vec::new())),
        ca: Some(Pem::new(Vec::new())),
        ..connection("..", "")
    };
    let kept = Some(keep(&*store, nonsense).await);
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.connections().list().await.unwrap().pop(), kept);
    assert_eq!(tx.connections().find_conflicts(None, "").await.unwrap().by_name, kept);
}

pub async fn texts_are_data(store: Arc<dyn Store>) {
    for text in ["'; DROP TABLE connections; --", "$1", "%", "a/b", "\"", "日本語", "🦟"] {
        let record = keep(&*store, connection(text, text)).await;
        assert_eq!(find(&*store, text).await, Some(record));
    }
    let long = "x".repeat(1 << 20);
    let record = ConnectionRecord { ca_file: Some(long), ..connection("long", "long") };
    keep(&*store, record.clone()).await;
    assert_eq!(find(&*store, "long").await, Some(record));
}

pub async fn each_change_moves_the_counter_by_one(store: Arc<dyn Store>) {
    let counters = async || store.read().await.unwrap().meta().change_counters().await.unwrap();
    let mut expected = counters().await;
    keep(&*store, connection("a", "A")).await;
    expected += ChangeCounters::of_connections(1);
    assert_eq!(counters().await, expected, "insert");
    update(&*store, &connection("a", "B")).await.unwrap();
    expected += ChangeCounters::of_connections(1);
    assert_eq!(counters().await, expected, "update");
    insert(&*store, &connection("a", "C")).await.unwrap_err();
    assert_eq!(counters().await, expected, "a change that was refused");
    commit(&*store, async |tx| assert!(tx.connections().delete(&id("a")).await.unwrap())).await;
    expected += ChangeCounters::of_connections(1);
    assert_eq!(counters().await, expected, "delete");
    commit(&*store, async |tx| assert!(!tx.connections().delete(&id("a")).await.unwrap())).await;
    assert_eq!(counters().await, expected, "nothing to delete");
}

pub async fn what_was_changed_lately_is_listed(store: Arc<dyn Store>) {
    for (name, seconds) in [("c", 3), ("a", 1), ("b", 5)] {
        keep(&*store, ConnectionRecord { updated_at: at(seconds), ..connection(name, name) }).await;
    }
    let mut read = store.read().await.unwrap();
    let mut after =
        async |seconds| read.connections().list_changed_after(at(seconds)).await.unwrap();
    assert_eq!(after(0).await, ["c", "a", "b"]);
    assert_eq!(after(3).await, ["b"]);
    assert!(after(5).await.is_empty());
}
