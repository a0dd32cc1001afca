//! Contract tests of plugin switches.

use std::sync::Arc;

use haltere_core::PluginId;

use super::records::commit;
use crate::{ChangeCounters, Store};

pub async fn a_switch_is_remembered(store: Arc<dyn Store>) {
    let switches = async || {
        let mut switches = store.read().await.unwrap().plugins().list().await.unwrap();
        switches.sort();
        switches
    };
    assert_eq!(switches().await, []);
    commit(&*store, async |tx| {
        tx.plugins().set(PluginId::Tls, true).await.unwrap();
        tx.plugins().set(PluginId::ConnectionsRestApi, false).await.unwrap();
    })
    .await;
    assert_eq!(switches().await, [(PluginId::ConnectionsRestApi, false), (PluginId::Tls, true)]);
    commit(&*store, async |tx| tx.plugins().set(PluginId::Tls, false).await.unwrap()).await;
    assert_eq!(switches().await, [(PluginId::ConnectionsRestApi, false), (PluginId::Tls, false)]);
    commit(&*store, async |tx| {
        for plugin in PluginId::ALL {
            tx.plugins().set(plugin, true).await.unwrap();
        }
    })
    .await;
    assert_eq!(switches().await, PluginId::ALL.map(|plugin| (plugin, true)));
}

pub async fn moving_a_switch_moves_the_counter_by_one(store: Arc<dyn Store>) {
    let counters = async || store.read().await.unwrap().meta().change_counters().await.unwrap();
    let mut expected = counters().await;
    for enabled in [true, false, false] {
        commit(&*store, async |tx| tx.plugins().set(PluginId::Tls, enabled).await.unwrap()).await;
        expected += ChangeCounters::of_plugins(1);
        assert_eq!(counters().await, expected);
    }
}
