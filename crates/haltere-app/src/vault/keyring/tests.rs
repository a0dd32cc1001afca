use parking_lot::Mutex;

use haltere_core::{Role, Secret, Timestamp, UserName};
use haltere_store::contract::bare_connection;
use haltere_store::{AuditFilter, ConnectionRecord, Sealed, SecondFactorRecord};
use haltere_store_sqlite::SqliteStore;
use tempfile::TempDir;

use super::*;
use crate::audit_trail::AuditTrail;
use crate::ctx::Ctx;
use crate::second_factor;
use crate::testing::TestApp;
use crate::users::signed_on;
use crate::vault::{MasterKey, SealContext, Vault};

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn steady(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

fn key(digit: char) -> MasterKey {
    MasterKey::parse(&digit.to_string().repeat(64)).unwrap()
}

fn context(column: &'static str) -> SealContext<'static> {
    SealContext { table: "connections", column, row: "a" }
}

/// A store with a vault under key 1 and a connection with two secrets.
async fn keyring() -> (Keyring, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("haltere.db")).await.unwrap();
    let store: Arc<dyn Transactions> = Arc::new(store);
    let vault = Vault::open(&*store, &key('1')).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection(&vault), "").await.unwrap();
    tx.commit().await.unwrap();
    (Keyring::new(store, Arc::new(Fixed)), folder)
}

fn connection(vault: &Vault) -> ConnectionRecord {
    ConnectionRecord {
        username: Some("u".to_owned()),
        password: Some(vault.seal(&context("password"), b"hunter2")),
        key: Some(vault.seal(&context("key"), b"a private key")),
        ..bare_connection("a", "a")
    }
}

fn ctx() -> Ctx {
    Ctx::system("test")
}

/// Which of the keys 1, 2 and 3 open the vault, and the password in it.
async fn opening(keyring: &Keyring) -> String {
    let mut opening = String::new();
    for digit in ['1', '2', '3'] {
        match Vault::existing(&*keyring.store, &key(digit)).await {
            Ok(vault) => {
                let password = stored(keyring).await.password.unwrap();
                let opened = vault.unseal(&context("password"), &password).unwrap();
                assert_eq!(opened.expose(), b"hunter2");
                opening.push(digit);
            }
            Err(VaultError::WrongMasterKey { given, .. }) => assert_eq!(given, key(digit).id()),
            Err(error) => panic!("{error:?}"),
        }
    }
    opening
}

async fn stored(keyring: &Keyring) -> ConnectionRecord {
    keyring.store.read().await.unwrap().connections().list().await.unwrap().remove(0)
}

async fn trail(keyring: &Keyring) -> Vec<String> {
    let filter = AuditFilter { limit: 10, ..AuditFilter::default() };
    let trail = keyring.store.read().await.unwrap().audit().list(&filter).await.unwrap();
    trail.into_iter().map(|record| record.entry.detail).collect()
}

#[tokio::test]
async fn a_key_is_changed_in_two_steps_and_both_open_in_between() {
    let (keyring, _folder) = keyring().await;
    assert_eq!(opening(&keyring).await, "1");
    keyring.offer(&ctx(), &key('1'), &key('2')).await.unwrap();
    assert_eq!(opening(&keyring).await, "12");
    let status = keyring.status().await.unwrap();
    assert_eq!((status.current, status.next), (key('1').id(), Some(key('2').id())));
    assert!(keyring.settle(&ctx(), &key('2')).await.unwrap());
    assert_eq!(opening(&keyring).await, "2");
    let since = Some(Fixed.now());
    let expected = KeyStatus { current: key('2').id(), next: None, since };
    assert_eq!(keyring.status().await.unwrap(), expected);
    assert!(!keyring.settle(&ctx(), &key('2')).await.unwrap(), "nothing is left to do");
    let [one, two] = [key('1').id(), key('2').id()];
    assert_eq!(
        trail(&keyring).await,
        [
            format!("finished: only {two} opens the vault"),
            format!("begun: {two} opens the vault as well as {one}"),
        ]
    );
}

#[tokio::test]
async fn the_old_key_settles_nothing_and_goes_on_opening() {
    let (keyring, _folder) = keyring().await;
    keyring.offer(&ctx(), &key('1'), &key('2')).await.unwrap();
    assert!(!keyring.settle(&ctx(), &key('1')).await.unwrap());
    assert_eq!(opening(&keyring).await, "12");
}

#[tokio::test]
async fn an_unused_offer_is_replaced_by_the_next() {
    let (keyring, _folder) = keyring().await;
    keyring.offer(&ctx(), &key('1'), &key('2')).await.unwrap();
    keyring.offer(&ctx(), &key('1'), &key('3')).await.unwrap();
    assert_eq!(opening(&keyring).await, "13");
    keyring.settle(&ctx(), &key('3')).await.unwrap();
    assert_eq!(opening(&keyring).await, "3");
}

#[tokio::test]
async fn an_offered_key_can_itself_offer_the_next() {
    let (keyring, _folder) = keyring().await;
    keyring.offer(&ctx(), &key('1'), &key('2')).await.unwrap();
    keyring.offer(&ctx(), &key('2'), &key('3')).await.unwrap();
    assert_eq!(opening(&keyring).await, "23");
}

#[tokio::test]
async fn a_wrong_key_or_the_same_one_changes_nothing() {
    let (keyring, _folder) = keyring().await;
    let refused = keyring.offer(&ctx(), &key('2'), &key('3')).await.unwrap_err();
    assert!(
        matches!(refused, KeyringError::Vault(VaultError::WrongMasterKey { .. })),
        "{refused:?}"
    );
    let refused = keyring.offer(&ctx(), &key('1'), &key('1')).await.unwrap_err();
    assert!(matches!(refused, KeyringError::SameKey(_)), "{refused:?}");
    keyring.offer(&ctx(), &key('1'), &key('2')).await.unwrap();
    let refused = keyring.settle(&ctx(), &key('3')).await.unwrap_err();
    assert!(
        matches!(refused, KeyringError::Vault(VaultError::WrongMasterKey { .. })),
        "{refused:?}"
    );
    assert_eq!(opening(&keyring).await, "12");
    assert_eq!(trail(&keyring).await.len(), 1);
}

#[tokio::test]
async fn every_secret_is_tried_and_the_unreadable_are_named() {
    let (keyring, _folder) = keyring().await;
    let verified = keyring.verify(&ctx(), &key('1'), |_, _| {}).await.unwrap();
    assert_eq!(verified, Verified { secrets: 2, connections: 1, ..Verified::default() });
    let mut row = stored(&keyring).await;
    row.key = row.password.clone();
    row.password = Some(Sealed(vec![1; 60]));
    let mut tx = keyring.store.write().await.unwrap();
    tx.connections().update(&row).await.unwrap();
    tx.commit().await.unwrap();
    let verified = keyring.verify(&ctx(), &key('1'), |_, _| {}).await.unwrap();
    let reasons: Vec<_> = verified.unreadable.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "credentials.password: the secret at connections/password/a can't be opened: it was sealed with another key",
            "key: the secret at connections/key/a can't be opened: it was changed or moved",
        ]
    );
    assert!(verified.unreadable.iter().all(|one| one.connection == "a"));
    let refused = keyring.reseal(&ctx(), &key('1')).await.unwrap_err();
    assert!(matches!(&refused, KeyringError::Unreadable(list) if list.len() == 1), "{refused:?}");
    assert_eq!(stored(&keyring).await, row, "nothing was sealed again");
}

#[tokio::test]
async fn many_are_verified_with_progress() {
    let (keyring, _folder) = keyring().await;
    let vault = Vault::existing(&*keyring.store, &key('1')).await.unwrap();
    let mut tx = keyring.store.write().await.unwrap();
    for number in 0..2_500 {
        let mut row = connection(&vault);
        (row.id, row.password, row.key) = (number.to_string(), None, None);
        row.name.clone_from(&row.id);
        tx.connections().insert(&row, "").await.unwrap();
    }
    tx.commit().await.unwrap();
    let reported = Mutex::new(Vec::new());
    let progress = |done, all| reported.lock().push((done, all));
    keyring.verify(&ctx(), &key('1'), progress).await.unwrap();
    assert_eq!(*reported.lock(), [(1_000, 2_501), (2_000, 2_501)]);
}

#[tokio::test]
async fn a_new_data_key_leaves_nothing_the_old_one_opens() {
    let (keyring, _folder) = keyring().await;
    let old = Vault::existing(&*keyring.store, &key('1')).await.unwrap();
    let before = stored(&keyring).await;
    keyring.offer(&ctx(), &key('1'), &key('2')).await.unwrap();
    assert_eq!(keyring.reseal(&ctx(), &key('1')).await.unwrap(), 1);
    assert_eq!(opening(&keyring).await, "1", "an offered key opens only what was");
    let after = stored(&keyring).await;
    assert!(old.unseal(&context("password"), after.password.as_ref().unwrap()).is_err());
    assert!(old.unseal(&context("key"), after.key.as_ref().unwrap()).is_err());
    let kept = ConnectionRecord { password: None, key: None, ..after };
    assert_eq!(kept, ConnectionRecord { password: None, key: None, ..before });
}

#[tokio::test]
async fn only_administrators_may() {
    let (keyring, _folder) = keyring().await;
    let test = TestApp::start().await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
        let ctx = test.ctx(role);
        let refused = [
            keyring.offer(&ctx, &key('1'), &key('2')).await.err(),
            keyring.settle(&ctx, &key('1')).await.err(),
            keyring.verify(&ctx, &key('1'), |_, _| {}).await.err(),
            keyring.reseal(&ctx, &key('1')).await.err(),
        ];
        for refused in refused {
            assert!(matches!(refused, Some(KeyringError::Denied(_))), "{role}: {refused:?}");
        }
    }
    assert_eq!(opening(&keyring).await, "1");
}

#[tokio::test]
async fn the_signing_key_of_the_audit_trail_is_tried_as_well() {
    let (keyring, _folder) = keyring().await;
    let vault = Vault::open(&*keyring.store, &key('1')).await.unwrap();
    let trail = AuditTrail::new(Arc::clone(&keyring.store), Arc::new(Fixed));
    trail.checkpoint(&ctx(), &vault).await.unwrap();
    let verified = keyring.verify(&ctx(), &key('1'), |_, _| {}).await.unwrap();
    let expected =
        Verified { secrets: 3, connections: 1, has_signing_key: true, ..Verified::default() };
    assert_eq!(verified, expected);
    let mut tx = keyring.store.write().await.unwrap();
    tx.meta().set("audit.signing_key", &[1; 60]).await.unwrap();
    tx.commit().await.unwrap();
    let verified = keyring.verify(&ctx(), &key('1'), |_, _| {}).await.unwrap();
    assert_eq!(verified.unreadable, [UnreadableSecret::signing_key()]);
}

#[tokio::test]
async fn second_factors_are_tried_and_resealed_as_well() {
    let (keyring, _folder) = keyring().await;
    let vault = Vault::existing(&*keyring.store, &key('1')).await.unwrap();
    let ann = UserName::parse("ann").unwrap();
    let secret = Secret::new(b"12345678901234567890".to_vec());
    let factor = SecondFactorRecord {
        user: ann.clone(),
        secret: second_factor::seal(&vault, &ann, &secret),
        confirmed_at: None,
        last_step: 0,
    };
    let mut tx = keyring.store.write().await.unwrap();
    signed_on::insert(&mut *tx, &ann, Role::Viewer.into(), Fixed.now()).await.unwrap();
    tx.second_factors().put(&factor).await.unwrap();
    tx.commit().await.unwrap();
    keyring.reseal(&ctx(), &key('1')).await.unwrap();
    let vault = Vault::existing(&*keyring.store, &key('1')).await.unwrap();
    let stored = async || {
        let mut read = keyring.store.read().await.unwrap();
        read.second_factors().find(&ann).await.unwrap().unwrap()
    };
    let resealed = stored().await;
    assert_ne!(resealed.secret, factor.secret);
    assert_eq!(second_factor::open(&vault, &resealed).unwrap(), secret);
    let verified = keyring.verify(&ctx(), &key('1'), |_, _| {}).await.unwrap();
    assert_eq!((verified.secrets, verified.second_factors), (3, 1));
    let mut tx = keyring.store.write().await.unwrap();
    let damaged = SecondFactorRecord { secret: Sealed(vec![1; 60]), ..resealed };
    tx.second_factors().put(&damaged).await.unwrap();
    tx.commit().await.unwrap();
    let verified = keyring.verify(&ctx(), &key('1'), |_, _| {}).await.unwrap();
    assert_eq!(verified.unreadable, [UnreadableSecret::second_factor(&ann)]);
    let refused = keyring.reseal(&ctx(), &key('1')).await.unwrap_err();
    assert!(matches!(refused, KeyringError::Unreadable(_)), "{refused:?}");
}
