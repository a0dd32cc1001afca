//! Contract tests of the audit trail.

use std::sync::Arc;

use haltere_core::{AuditAction, AuditChanges, AuditEntry, AuditOutcome, AuditRepeats};

use super::records::{at, commit, connection, entry};
use crate::{
    AuditAge, AuditFilter, AuditRecord, AuditRemoved, ChainName, ChainReport, ChainVerifier, Store,
};

async fn append(store: &dyn Store, entries: &[AuditEntry]) {
    commit(store, async |tx| {
        for entry in entries {
            tx.audit().append(entry).await.unwrap();
        }
    })
    .await;
}

async fn list(store: &dyn Store, filter: AuditFilter) -> Vec<AuditRecord> {
    store.read().await.unwrap().audit().list(&filter).await.unwrap()
}

fn objects(records: &[AuditRecord]) -> Vec<&str> {
    records.iter().map(|record| record.entry.object.as_str()).collect()
}

fn newest(limit: u32) -> AuditFilter {
    AuditFilter { limit, ..AuditFilter::default() }
}

pub async fn entries_come_back_newest_first(store: Arc<dyn Store>) {
    let full = entry("ada", "1");
    let bare = AuditEntry {
        at: at(-100),
        address: None,
        object: String::new(),
        detail: String::new(),
        ..entry("system", "")
    };
    append(&*store, &[full.clone(), bare.clone()]).await;
    let records = list(&*store, newest(10)).await;
    let entries: Vec<_> = records.iter().map(|record| &record.entry).collect();
    // The order is that of the entries, whatever the clock said.
    assert_eq!(entries, [&bare, &full]);
    assert!(records[0].sequence > records[1].sequence);
}

pub async fn entries_are_filtered_by_actor_and_object(store: Arc<dyn Store>) {
    append(&*store, &[entry("ada", "1"), entry("eve", "2"), entry("ada", "3"), entry("eve", "3")])
        .await;
    let filtered = async |actor: Option<&str>, object: Option<&str>| {
        let filter = AuditFilter {
            actor: actor.map(str::to_owned),
            object: object.map(str::to_owned),
            ..newest(10)
        };
        let records = list(&*store, filter).await;
        records.into_iter().map(|AuditRecord { entry, .. }| (entry.actor, entry.object)).collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    let found: Vec<_> = filtered(Some("ada"), None).await;
    assert_eq!(found, pairs(&[("ada", "3"), ("ada", "1")]));
    let found: Vec<_> = filtered(None, Some("3")).await;
    assert_eq!(found, pairs(&[("eve", "3"), ("ada", "3")]));
    let found: Vec<_> = filtered(Some("ada"), Some("3")).await;
    assert_eq!(found, pairs(&[("ada", "3")]));
    let found: Vec<_> = filtered(Some("Ada"), None).await;
    assert_eq!(found, pairs(&[]));
}

pub async fn entries_by_tokens_are_those_of_their_user(store: Arc<dyn Store>) {
    let typed = AuditEntry {
        action: AuditAction::SessionLogin,
        outcome: AuditOutcome::Denied,
        ..entry("ada (token x)", "3")
    };
    let entries = [entry("ada", "1"), entry("ada (token ci)", "2"), typed, entry("adam", "4")];
    append(&*store, &entries).await;
    let found = async |user: &str| {
        let filter = AuditFilter { user: Some(user.to_owned()), ..newest(10) };
        objects(&list(&*store, filter).await).join("")
    };
    assert_eq!(found("ada").await, "21");
    assert_eq!(found("adam").await, "4");
    assert_eq!(found("ada (token ci)").await, "");
    let of_token = AuditFilter { actor: Some("ada (token ci)".to_owned()), ..newest(10) };
    assert_eq!(objects(&list(&*store, of_token).await), ["2"]);
}

pub async fn entries_are_filtered_by_action_and_time(store: Arc<dyn Store>) {
    let of = |object: &str, action: AuditAction, time: i64| AuditEntry {
        action,
        at: at(time),
        ..entry("ada", object)
    };
    append(
        &*store,
        &[
            of("1", AuditAction::SessionLogin, 1),
            of("2", AuditAction::ConnectionUpdate, 5),
            // The clock was set back.
            of("3", AuditAction::ConnectionDelete, 2),
            of("4", AuditAction::SessionLogin, 6),
        ],
    )
    .await;
    let found = async |filter: AuditFilter| objects(&list(&*store, filter).await).join("");
    let actions =
        |actions: &[AuditAction]| AuditFilter { actions: Some(actions.to_vec()), ..newest(10) };
    assert_eq!(found(actions(&[AuditAction::SessionLogin])).await, "41");
    let changes = [AuditAction::ConnectionDelete, AuditAction::ConnectionUpdate];
    assert_eq!(found(actions(&changes)).await, "32");
    assert_eq!(found(actions(&[])).await, "");
    let between =
        |since, until| AuditFilter { since: Some(at(since)), until: Some(at(until)), ..newest(10) };
    assert_eq!(found(between(1, 6)).await, "4321");
    assert_eq!(found(between(2, 5)).await, "32");
    assert_eq!(found(between(5, 9)).await, "42");
    assert_eq!(found(between(7, 9)).await, "");
    assert_eq!(found(AuditFilter { limit: 1, ..between(2, 5) }).await, "3");
}

pub async fn the_first_entry_since_a_time_is_found_unless_there_are_many(store: Arc<dyn Store>) {
    let of = |second: i64| AuditEntry { at: at(second), ..entry("ada", "1") };
    // The clock was set back in between.
    append(&*store, &[of(1), of(9), of(3), of(4), of(5)]).await;
    let sequences: Vec<_> = list(&*store, newest(9)).await.iter().map(|it| it.sequence).collect();
    let since = async |second, most| {
        let mut read = store.read().await.unwrap();
        read.audit().first_since(at(second), most).await.unwrap()
    };
    assert_eq!(since(4, 3).await, Some(sequences[3]));
    assert_eq!(since(4, 2).await, None);
    assert_eq!(since(10, 1).await, Some(i64::MAX));
}

pub async fn entries_are_filtered_by_outcome_origin_and_text(store: Arc<dyn Store>) {
    let of = |object: &str| entry("ada", object);
    append(
        &*store,
        &[
            AuditEntry { outcome: AuditOutcome::Denied, ..of("1") },
            AuditEntry { address: "2001:db8::2".parse().ok(), ..of("2") },
            AuditEntry { address: None, request_id: "another".to_owned(), ..of("3") },
            AuditEntry { detail: "100%_\\ of URL".to_owned(), ..of("4") },
            AuditEntry { actor: "bob".to_owned(), detail: String::new(), ..of("5-ada") },
        ],
    )
    .await;
    let found = async |filter: AuditFilter| objects(&list(&*store, filter).await).join("");
    let all = || newest(10);
    let denied = AuditFilter { outcome: Some(AuditOutcome::Denied), ..all() };
    assert_eq!(found(denied).await, "1");
    let address = AuditFilter { address: "2001:db8:0::2".parse().ok(), ..all() };
    assert_eq!(found(address).await, "2");
    let request = AuditFilter { request_id: Some("another".to_owned()), ..all() };
    assert_eq!(found(request).await, "3");
    let text = |text: &str| AuditFilter { text: Some(text.to_owned()), ..all() };
    assert_eq!(found(text("100%_\\ OF url")).await, "4");
    assert_eq!(found(text("_")).await, "4");
    assert_eq!(found(text("ADA")).await, "5-ada4321");
    assert_eq!(found(text("DB8::2")).await, "2");
    assert_eq!(found(text("nother")).await, "3");
    // Not across two cells.
    assert_eq!(found(text("bob ")).await, "");
    let both = AuditFilter { actor: Some("bob".to_owned()), ..text("ada") };
    assert_eq!(found(both).await, "5-ada");
}

pub async fn older_entries_are_paged_by_sequence(store: Arc<dyn Store>) {
    let entries: Vec<_> = (0..7).map(|number| entry("ada", &number.to_string())).collect();
    append(&*store, &entries).await;
    let mut before = None;
    let mut pages = Vec::new();
    loop {
        let page = list(&*store, AuditFilter { before, ..newest(3) }).await;
        let Some(last) = page.last() else { break };
        before = Some(last.sequence);
        pages.push(objects(&page).join(""));
    }
    assert_eq!(pages, ["654", "321", "0"]);
    assert!(list(&*store, newest(0)).await.is_empty());
    assert_eq!(list(&*store, newest(u32::MAX)).await.len(), 7);
}

pub async fn many_entries_are_appended_in_their_order(store: Arc<dyn Store>) {
    let entries: Vec<_> = (0..450).map(|number| entry("ada", &number.to_string())).collect();
    commit(&*store, async |tx| {
        tx.audit().append_many(&entries).await.unwrap();
        tx.audit().append_many(&[]).await.unwrap();
    })
    .await;
    let records = list(&*store, newest(1_000)).await;
    let kept: Vec<_> = records.into_iter().rev().map(|record| record.entry).collect();
    assert_eq!(kept, entries);
}

pub async fn every_action_and_outcome_is_kept(store: Arc<dyn Store>) {
    let mut entries = Vec::new();
    for outcome in [AuditOutcome::Success, AuditOutcome::Denied] {
        for action in AuditAction::ALL {
            entries.push(AuditEntry { action, outcome, ..entry("ada", "") });
        }
    }
    append(&*store, &entries).await;
    entries.reverse();
    let records = list(&*store, newest(100)).await;
    let kept: Vec<_> = records.into_iter().map(|record| record.entry).collect();
    assert_eq!(kept, entries);
}

pub async fn an_entry_that_sums_up_keeps_how_often_and_since_when(store: Arc<dyn Store>) {
    let sum = |times, since| {
        let repeats = Some(AuditRepeats { times, since: at(since) });
        AuditEntry { at: at(9), repeats, ..entry("ada", "1") }
    };
    let entries = [entry("ada", "1"), sum(1, 9), sum(41_000_000_000, -3)];
    append(&*store, &entries).await;
    let records = list(&*store, newest(10)).await;
    let kept: Vec<_> = records.into_iter().rev().map(|record| record.entry).collect();
    assert_eq!(kept, entries);
}

pub async fn an_entry_is_committed_with_its_change_or_not_at_all(store: Arc<dyn Store>) {
    append(&*store, &[entry("ada", "1")]).await;
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection("a", "A"), "").await.unwrap();
    tx.audit().append(&entry("ada", "a")).await.unwrap();
    drop(tx);
    assert_eq!(objects(&list(&*store, newest(10)).await), ["1"]);
    assert_eq!(store.read().await.unwrap().connections().list_keys().await.unwrap().len(), 0);
}

/// Verifies the whole chain.
async fn verify(store: &dyn Store) -> ChainReport {
    let mut read = store.read().await.unwrap();
    let mut verifier = ChainVerifier::new();
    let writers = read.audit().writers().await.unwrap();
    for writer in &writers {
        verifier.removed(writer.removed.clone());
    }
    let mut after = i64::MIN;
    while let Some(last) =
        read.audit().walk(after, 7, &mut |entry| verifier.entry(entry)).await.unwrap()
    {
        after = last;
    }
    verifier.expect_number(read.audit().appended().await.unwrap());
    let newest: Vec<_> = writers.into_iter().map(|writer| writer.newest).collect();
    verifier.finish(Some(&newest))
}

pub async fn entries_are_a_chain_that_can_be_verified(store: Arc<dyn Store>) {
    let entries: Vec<_> = (0..450).map(|number| entry("ada", &number.to_string())).collect();
    append(&*store, &entries[..2]).await;
    commit(&*store, async |tx| {
        tx.audit().append_many(&entries[2..]).await.unwrap();
        // A transaction sees what it has appended.
        tx.audit().append(&entry("eve", "450")).await.unwrap();
    })
    .await;
    // What is dropped leaves no trace.
    let mut tx = store.write().await.unwrap();
    tx.audit().append(&entry("ada", "dropped")).await.unwrap();
    drop(tx);
    append(&*store, &[entry("ada", "451")]).await;
    let report = verify(&*store).await;
    assert_eq!((report.entries, report.violations), (452, vec![]));
    let link = list(&*store, newest(1)).await.remove(0).link.unwrap();
    assert_eq!((link.position, link.hash), (452, report.heads[0].hash));
    assert_eq!((link.writer, link.names), (report.heads[0].writer.clone(), vec![]));
}

pub async fn a_new_writer_names_the_entries_of_the_former_one(store: Arc<dyn Store>) {
    append(&*store, &[entry("ada", "1"), entry("ada", "2")]).await;
    let former = verify(&*store).await.heads.remove(0);
    commit(&*store, async |tx| {
        tx.audit().begin_writer().await.unwrap();
        tx.audit().append(&entry("ada", "3")).await.unwrap();
    })
    .await;
    append(&*store, &[entry("ada", "4")]).await;
    let report = verify(&*store).await;
    assert_eq!((report.heads.len(), report.violations), (2, vec![]));
    let links = list(&*store, newest(2)).await.into_iter().map(|record| record.link.unwrap());
    let links: Vec<_> = links.map(|link| (link.position, link.names)).collect();
    assert_eq!(links, [(2, vec![]), (1, vec![ChainName::Newest(former)])]);
}

pub async fn the_oldest_entries_can_be_removed(store: Arc<dyn Store>) {
    let of = |second: i64| AuditEntry { at: at(second), ..entry("ada", &second.to_string()) };
    append(&*store, &(0..20).map(of).collect::<Vec<_>>()).await;
    let remove_up_to = async |up_to: i64, before: i64, max_bytes: i64, limit: u32| {
        let mut tx = store.write().await.unwrap();
        let age = AuditAge { before: at(before), max_bytes, before_if_larger: at(50), up_to };
        let removed = tx.audit().remove_oldest(age, limit).await.unwrap();
        tx.audit().append(&of(100)).await.unwrap();
        tx.commit().await.unwrap();
        removed
    };
    let remove =
        async |before, max_bytes, limit| remove_up_to(i64::MAX, before, max_bytes, limit).await;
    assert_eq!(remove(0, i64::MAX, 100).await, None);
    assert_eq!(remove_up_to(0, 5, i64::MAX, 100).await, None);
    let first = list(&*store, AuditFilter { is_oldest_first: true, ..newest(1) }).await[0].sequence;
    let removed = remove_up_to(first + 2, 5, i64::MAX, 100).await;
    assert_eq!(removed, Some(AuditRemoved { entries: 3, newest: at(2) }));
    let removed = remove(5, i64::MAX, 100).await;
    assert_eq!(removed, Some(AuditRemoved { entries: 2, newest: at(4) }));
    let report = verify(&*store).await;
    assert_eq!((report.entries, report.violations), (19, vec![]));
    let (oldest, bytes) = store.read().await.unwrap().audit().oldest().await.unwrap();
    assert_eq!(oldest, Some(at(5)));
    // Too much, although it is not too old. What is newer than a second time stays even then.
    let removed = remove(0, bytes / 2, 100).await.unwrap();
    assert!((8..=11).contains(&removed.entries), "{removed:?}");
    assert_eq!(verify(&*store).await.violations, []);
    // The newest one stays.
    let removed = remove(1_000, i64::MAX, 100).await;
    assert_eq!(removed.map(|removed| removed.newest), Some(at(100)));
    let report = verify(&*store).await;
    assert_eq!((report.entries, report.violations), (2, vec![]));
}

pub async fn changes_are_kept(store: Arc<dyn Store>) {
    let mut changes = AuditChanges::none();
    changes.add("url", Some("mqtt://a"), Some("mqtts://a"));
    changes.add("labels.line", None, Some(""));
    changes.add_withheld("credentials.password", true, true);
    let first = AuditEntry { changes, ..entry("ada", "1") };
    append(&*store, &[first.clone(), entry("ada", "2")]).await;
    let records = list(&*store, newest(2)).await;
    assert_eq!(records[1].entry, first);
    assert!(records[0].entry.changes.is_empty());
    assert_eq!(verify(&*store).await.violations, []);
}
