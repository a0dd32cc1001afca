//! Contract tests of application tokens.

use std::sync::Arc;

use haltere_core::TokenId;

use super::records::{at, commit, token, user_name};
use crate::{Store, StoreError, TokenRecord, UniqueRule};

const fn id(number: u8) -> TokenId {
    TokenId([number; 32])
}

async fn insert(store: &dyn Store, record: &TokenRecord) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    tx.tokens().insert(record).await?;
    tx.commit().await
}

async fn find(store: &dyn Store, number: u8) -> Option<TokenRecord> {
    store.read().await.unwrap().tokens().find(&id(number)).await.unwrap()
}

async fn names(store: &dyn Store) -> Vec<String> {
    let tokens = store.read().await.unwrap().tokens().list().await.unwrap();
    tokens.iter().map(|token| token.name.as_str().to_owned()).collect()
}

pub async fn what_was_inserted_is_found(store: Arc<dyn Store>) {
    let bare = TokenRecord {
        description: String::new(),
        last_used_at: None,
        read_only: false,
        connections: None,
        labels: None,
        networks: None,
        actions: None,
        ..token(2, "bare", "eve")
    };
    insert(&*store, &token(1, "full", "ada")).await.unwrap();
    insert(&*store, &bare).await.unwrap();
    assert_eq!(find(&*store, 1).await, Some(token(1, "full", "ada")));
    assert_eq!(find(&*store, 2).await, Some(bare));
    assert_eq!(find(&*store, 3).await, None);
}

pub async fn a_name_is_unique_and_case_sensitive(store: Arc<dyn Store>) {
    insert(&*store, &token(1, "ci", "ada")).await.unwrap();
    insert(&*store, &token(2, "CI", "ada")).await.unwrap();
    let again = insert(&*store, &token(3, "ci", "eve")).await;
    assert!(matches!(again, Err(StoreError::Taken(UniqueRule::TokenName))), "{again:?}");
    assert_eq!(names(&*store).await.len(), 2);
}

pub async fn tokens_are_listed_by_name(store: Arc<dyn Store>) {
    for (number, name) in [(1, "zeta"), (2, "Beta"), (3, "alpha")] {
        insert(&*store, &token(number, name, "ada")).await.unwrap();
    }
    assert_eq!(names(&*store).await, ["Beta", "alpha", "zeta"]);
}

pub async fn touching_moves_only_forward_and_only_what_is_there(store: Arc<dyn Store>) {
    let unused = TokenRecord { last_used_at: None, ..token(2, "b", "ada") };
    insert(&*store, &token(1, "a", "ada")).await.unwrap();
    insert(&*store, &unused).await.unwrap();
    insert(&*store, &token(3, "c", "ada")).await.unwrap();
    commit(&*store, async |tx| {
        let used =
            [(id(1), at(30)), (id(1), at(20)), (id(2), at(5)), (id(3), at(5)), (id(9), at(5))];
        tx.tokens().touch(&used).await.unwrap();
        tx.tokens().touch(&[]).await.unwrap();
    })
    .await;
    let last_use = async |number| find(&*store, number).await.unwrap().last_used_at;
    assert_eq!(last_use(1).await, Some(at(30)));
    assert_eq!(last_use(2).await, Some(at(5)));
    assert_eq!(last_use(3).await, Some(at(10)));
    assert_eq!(find(&*store, 9).await, None);
}

pub async fn deleting_returns_whether_there_was_one(store: Arc<dyn Store>) {
    insert(&*store, &token(1, "a", "ada")).await.unwrap();
    commit(&*store, async |tx| {
        assert!(!tx.tokens().delete(&id(2)).await.unwrap());
        assert!(tx.tokens().delete(&id(1)).await.unwrap());
        assert!(!tx.tokens().delete(&id(1)).await.unwrap());
    })
    .await;
    assert_eq!(find(&*store, 1).await, None);
}

pub async fn tokens_of_a_user_are_removed_together(store: Arc<dyn Store>) {
    for (number, name, owner) in [(1, "a", "ada"), (2, "b", "Ada"), (3, "c", "ada")] {
        insert(&*store, &token(number, name, owner)).await.unwrap();
    }
    commit(&*store, async |tx| {
        assert_eq!(tx.tokens().delete_of(&user_name("ada")).await.unwrap(), 2);
        assert_eq!(tx.tokens().delete_of(&user_name("ada")).await.unwrap(), 0);
    })
    .await;
    assert_eq!(names(&*store).await, ["b"]);
}

pub async fn all_but_uses_move_the_counter(store: Arc<dyn Store>) {
    let counter =
        async || store.read().await.unwrap().meta().change_counters().await.unwrap().sessions;
    let start = counter().await;
    insert(&*store, &token(1, "a", "ada")).await.unwrap();
    let inserted = counter().await;
    assert!(inserted > start);
    commit(&*store, async |tx| tx.tokens().touch(&[(id(1), at(99))]).await.unwrap()).await;
    assert_eq!(counter().await, inserted);
    commit(&*store, async |tx| assert!(tx.tokens().delete(&id(1)).await.unwrap())).await;
    assert!(counter().await > inserted);
}
