use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haltere_store::contract::bare_connection;
use haltere_store::{ConnectionRecord, Store as _};
use haltere_store_sqlite::SqliteStore;
use tempfile::TempDir;

use super::wraps::{self, DATA_KEY};
use super::*;

const PASSWORD: SealContext<'static> =
    SealContext { table: "connections", column: "password", row: "mosquitto-dev" };

async fn empty_store() -> (Arc<SqliteStore>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("haltere.db")).await.unwrap();
    (Arc::new(store), folder)
}

fn key(digit: char) -> MasterKey {
    MasterKey::parse(&digit.to_string().repeat(64)).unwrap()
}

async fn stored_data_key(store: &dyn Transactions) -> Option<Vec<u8>> {
    store.read().await.unwrap().meta().get(DATA_KEY).await.unwrap()
}

async fn set_meta(store: &dyn Transactions, name: &str, value: &[u8]) {
    let mut tx = store.write().await.unwrap();
    tx.meta().set(name, value).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn sealed_values_open_after_a_restart() {
    let (store, _folder) = empty_store().await;
    let sealed = Vault::open(&*store, &key('1')).await.unwrap().seal(&PASSWORD, b"hunter2");
    let before = stored_data_key(&*store).await;
    let vault = Vault::open(&*store, &key('1')).await.unwrap();
    assert_eq!(vault.unseal(&PASSWORD, &sealed).unwrap().expose(), b"hunter2");
    assert_eq!(stored_data_key(&*store).await, before, "opening again changes nothing");
}

#[tokio::test]
async fn a_wrong_master_key_is_refused_at_the_start() {
    let (store, _folder) = empty_store().await;
    Vault::open(&*store, &key('1')).await.unwrap();
    let before = stored_data_key(&*store).await;
    let refused = Vault::open(&*store, &key('2')).await.unwrap_err();
    assert!(matches!(refused, VaultError::WrongMasterKey { .. }), "{refused:?}");
    assert_eq!(stored_data_key(&*store).await, before);
    Vault::open(&*store, &key('1')).await.unwrap();
}

#[tokio::test]
async fn a_missing_data_key_is_not_replaced_while_sealed_values_exist() {
    let (store, _folder) = empty_store().await;
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&sealed_connection(), "").await.unwrap();
    tx.commit().await.unwrap();
    let refused = Vault::open(&*store, &key('1')).await.unwrap_err();
    assert!(matches!(refused, VaultError::MissingDataKey), "{refused:?}");
    assert_eq!(stored_data_key(&*store).await, None);
}

/// A row with a password that some vault has sealed.
fn sealed_connection() -> ConnectionRecord {
    ConnectionRecord {
        username: Some("u".to_owned()),
        password: Some(Sealed(vec![1; 64])),
        ..bare_connection("a", "a")
    }
}

#[tokio::test]
async fn a_damaged_data_key_is_not_blamed_on_the_master_key() {
    let (store, _folder) = empty_store().await;
    Vault::open(&*store, &key('1')).await.unwrap();
    let whole = stored_data_key(&*store).await.unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let mut newer = whole.clone();
    newer[0] = 3;
    let too_short = key('1').sealing_key().seal(&wraps::context(), b"31 bytes").0;
    for (damaged, why) in [
        (flipped, UnsealError::SealTampered),
        (newer, UnsealError::SealedInUnknownForm { form: 3 }),
        (whole[..20].to_vec(), UnsealError::SealedTooShort),
        (Vec::new(), UnsealError::SealedTooShort),
        (too_short, UnsealError::SealedTooShort),
    ] {
        set_meta(&*store, DATA_KEY, &damaged).await;
        let refused = Vault::open(&*store, &key('1')).await.unwrap_err();
        assert!(
            matches!(refused, VaultError::DamagedDataKey(found) if found == why),
            "{refused:?}, expected {why:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starting_at_once_makes_one_vault() {
    for _ in 0..10 {
        let (store, _folder) = empty_store().await;
        let starts: Vec<_> = (0..4)
            .map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { Vault::open(&*store, &key('1')).await.unwrap() })
            })
            .collect();
        let mut vaults = Vec::new();
        for start in starts {
            vaults.push(start.await.unwrap());
        }
        for one in &vaults {
            for other in &vaults {
                let sealed = one.seal(&PASSWORD, b"hunter2");
                assert_eq!(other.unseal(&PASSWORD, &sealed).unwrap().expose(), b"hunter2");
            }
        }
    }
}

#[tokio::test]
async fn an_unreadable_secret_names_its_row_and_not_its_value() {
    let (store, _folder) = empty_store().await;
    let vault = Vault::open(&*store, &key('1')).await.unwrap();
    let sealed = vault.seal(&PASSWORD, b"hunter2");
    let elsewhere = SealContext { row: "mosquitto-prod", ..PASSWORD };
    let error = vault.unseal(&elsewhere, &sealed).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the secret at connections/password/mosquitto-prod can't be opened"
    );
    assert!(matches!(error, VaultError::Unreadable { reason: UnsealError::SealTampered, .. }));
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test]
async fn the_database_holds_neither_key_nor_secret() {
    let (store, folder) = empty_store().await;
    let vault = Vault::open(&*store, &key('7')).await.unwrap();
    set_meta(&*store, "a secret", &vault.seal(&PASSWORD, b"hunter2").0).await;
    store.close().await;
    let file = std::fs::read(folder.path().join("haltere.db")).unwrap();
    let holds = |secret: &[u8]| file.windows(secret.len()).any(|window| window == secret);
    assert!(holds(DATA_KEY.as_bytes()));
    assert!(!holds(b"hunter2"));
    assert!(!holds(&[0x77; 32]));
}

/// Databases in the field hold values of this form. This one was made by another implementation of
/// XChaCha20-Poly1305, which also shows that ours is the standard one.
#[test]
fn a_value_sealed_elsewhere_in_the_same_form_opens() {
    let sealed = "ARMAkzYibBnPAAECAwQFBgcICQoLDA0ODxAREhMUFRYX82+8BodebvwR9WzcSY1bf8o5i4akGQc=";
    let sealed = Sealed(STANDARD.decode(sealed).unwrap());
    let opened = key('1').sealing_key().unseal(&PASSWORD, &sealed);
    assert_eq!(opened.unwrap().expose(), b"hunter2");
}
