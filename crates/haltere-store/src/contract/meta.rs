//! Contract tests of the id, counters and keys of the installation.

use std::sync::Arc;

use super::records::commit;
use crate::{ChangeCounters, Store, WriteTx};

pub async fn a_value_is_replaced(store: Arc<dyn Store>) {
    let get = async |name: &str| store.read().await.unwrap().meta().get(name).await.unwrap();
    assert_eq!(get("instance").await, None);
    for value in [b"one".as_slice(), b"two"] {
        commit(&*store, async |tx| tx.meta().set("instance", value).await.unwrap()).await;
        assert_eq!(get("instance").await.as_deref(), Some(value));
    }
    assert_eq!(get("Instance").await, None);
}

pub async fn any_bytes_are_kept(store: Arc<dyn Store>) {
    let bytes: Vec<u8> = (0..=u8::MAX).collect();
    for value in [bytes.as_slice(), b""] {
        commit(&*store, async |tx| tx.meta().set("bytes", value).await.unwrap()).await;
        let kept = store.read().await.unwrap().meta().get("bytes").await.unwrap();
        assert_eq!(kept.as_deref(), Some(value));
    }
}

pub async fn deleting_returns_whether_there_was_one(store: Arc<dyn Store>) {
    commit(&*store, async |tx| {
        tx.meta().set("instance", b"one").await.unwrap();
        tx.meta().set("other", b"two").await.unwrap();
    })
    .await;
    for there in [true, false] {
        let deleted = async |tx: &mut dyn WriteTx| {
            assert_eq!(tx.meta().delete("instance").await.unwrap(), there);
        };
        commit(&*store, deleted).await;
    }
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.meta().get("instance").await.unwrap(), None);
    assert_eq!(tx.meta().get("other").await.unwrap().as_deref(), Some(&b"two"[..]));
}

pub async fn change_counters_start_at_zero(store: Arc<dyn Store>) {
    let counters = store.read().await.unwrap().meta().change_counters().await.unwrap();
    assert_eq!(counters, ChangeCounters::default());
}

pub async fn a_probe_finds_no_trouble_and_leaves_nothing_behind(store: Arc<dyn Store>) {
    let before = store.read().await.unwrap().meta().change_counters().await.unwrap();
    store.probe().await.unwrap();
    assert_eq!(store.trouble(), None);
    assert_eq!(store.read().await.unwrap().meta().change_counters().await.unwrap(), before);
}
