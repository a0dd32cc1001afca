//! Contract tests of second factors.

use std::sync::Arc;

use super::records::{at, commit, user, user_name};
use crate::{RecoveryCodeId, Sealed, SecondFactorRecord, SecondFactorReset, Store};

fn of(name: &str) -> SecondFactorRecord {
    SecondFactorRecord {
        user: user_name(name),
        secret: Sealed(vec![1, 0, 255]),
        confirmed_at: None,
        last_step: 0,
    }
}

fn confirmed(name: &str) -> SecondFactorRecord {
    SecondFactorRecord { confirmed_at: Some(at(5)), last_step: 7, ..of(name) }
}

async fn with_users(store: &dyn Store) {
    commit(store, async |tx| {
        tx.users().insert(&user("ada")).await.unwrap();
        tx.users().insert(&user("bob")).await.unwrap();
    })
    .await;
}

async fn has_one(store: &dyn Store, name: &str) -> bool {
    let mut read = store.read().await.unwrap();
    read.users().find(&user_name(name)).await.unwrap().unwrap().has_second_factor
}

pub async fn it_counts_once_it_is_confirmed(store: Arc<dyn Store>) {
    with_users(&*store).await;
    commit(&*store, async |tx| tx.second_factors().put(&of("ada")).await.unwrap()).await;
    assert!(!has_one(&*store, "ada").await);
    commit(&*store, async |tx| tx.second_factors().put(&confirmed("ada")).await.unwrap()).await;
    assert!(has_one(&*store, "ada").await && !has_one(&*store, "bob").await);
    let mut read = store.read().await.unwrap();
    let found = read.second_factors().find(&user_name("ada")).await.unwrap();
    assert_eq!(found, Some(confirmed("ada")));
    assert_eq!(read.second_factors().list().await.unwrap(), [confirmed("ada")]);
    assert_eq!(read.second_factors().find(&user_name("bob")).await.unwrap(), None);
}

pub async fn a_code_is_accepted_once(store: Arc<dyn Store>) {
    with_users(&*store).await;
    let [one, two, other] = [1, 2, 3].map(|number| RecoveryCodeId([number; 32]));
    commit(&*store, async |tx| {
        let factors = tx.second_factors();
        factors.put(&confirmed("ada")).await.unwrap();
        factors.put(&confirmed("bob")).await.unwrap();
        factors.set_recovery_codes(&user_name("ada"), &[other]).await.unwrap();
        factors.set_recovery_codes(&user_name("ada"), &[one, two]).await.unwrap();
        let ada = user_name("ada");
        assert!(!factors.accept_step(&ada, 7).await.unwrap(), "as before");
        assert!(factors.accept_step(&ada, 9).await.unwrap());
        assert!(!factors.accept_step(&ada, 8).await.unwrap(), "earlier than the last one");
        assert!(factors.use_recovery_code(&ada, &one).await.unwrap());
        assert!(!factors.use_recovery_code(&ada, &one).await.unwrap());
        assert!(!factors.use_recovery_code(&ada, &other).await.unwrap());
        assert!(!factors.use_recovery_code(&user_name("bob"), &two).await.unwrap());
        assert_eq!(factors.recovery_codes_left(&ada).await.unwrap(), 1);
        assert_eq!(factors.recovery_codes_left(&user_name("bob")).await.unwrap(), 0);
    })
    .await;
}

pub async fn all_of_it_goes_with_its_user(store: Arc<dyn Store>) {
    with_users(&*store).await;
    let ada = user_name("ada");
    let reset = SecondFactorReset { user: ada.clone(), at: at(3), by: "root".to_owned() };
    let later = SecondFactorReset { at: at(4), ..reset.clone() };
    commit(&*store, async |tx| {
        let factors = tx.second_factors();
        factors.put(&confirmed("ada")).await.unwrap();
        factors.set_recovery_codes(&ada, &[RecoveryCodeId([1; 32])]).await.unwrap();
        factors.note_reset(&reset).await.unwrap();
        factors.note_reset(&later).await.unwrap();
        assert_eq!(factors.reset_of(&ada).await.unwrap(), Some(later.clone()));
        assert!(factors.forget_reset(&ada).await.unwrap());
        assert!(!factors.forget_reset(&ada).await.unwrap());
        factors.note_reset(&reset).await.unwrap();
        tx.users().delete(&ada).await.unwrap();
        tx.users().insert(&user("ada")).await.unwrap();
        let factors = tx.second_factors();
        assert_eq!(factors.find(&ada).await.unwrap(), None);
        assert_eq!(factors.recovery_codes_left(&ada).await.unwrap(), 0);
        assert_eq!(factors.reset_of(&ada).await.unwrap(), None);
        factors.put(&confirmed("ada")).await.unwrap();
        factors.set_recovery_codes(&ada, &[RecoveryCodeId([1; 32])]).await.unwrap();
        assert!(factors.delete(&ada).await.unwrap());
        assert!(!factors.delete(&ada).await.unwrap());
        assert_eq!(factors.recovery_codes_left(&ada).await.unwrap(), 0);
    })
    .await;
}

pub async fn all_but_the_use_of_codes_moves_the_counter(store: Arc<dyn Store>) {
    let counter =
        async || store.read().await.unwrap().meta().change_counters().await.unwrap().sessions;
    with_users(&*store).await;
    commit(&*store, async |tx| tx.second_factors().put(&of("ada")).await.unwrap()).await;
    let start = counter().await;
    commit(&*store, async |tx| tx.second_factors().put(&confirmed("ada")).await.unwrap()).await;
    let confirmed = counter().await;
    assert!(confirmed > start);
    commit(&*store, async |tx| {
        assert!(tx.second_factors().accept_step(&user_name("ada"), 9).await.unwrap());
    })
    .await;
    assert_eq!(counter().await, confirmed);
    commit(&*store, async |tx| {
        assert!(tx.second_factors().delete(&user_name("ada")).await.unwrap());
    })
    .await;
    assert!(counter().await > confirmed);
}
