//! Comparing haltere, after a restart, with what the writers know.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use e2e::{Client, Haltere, eventually};
use serde_json::{Value, json};

use super::ledger::{Entry, Expected, Known, Ledger, Subject};
use crate::database::{Database, Record};
use crate::support::ids;

/// What has been compared so far, and up to which entry of the audit trail.
pub(super) struct Checker {
    /// The newest entry that was compared.
    last_entry: i64,
    /// Writes that were answered, by action.
    acknowledged: BTreeMap<&'static str, usize>,
    /// Writes whose answer never came, and that are there.
    found: usize,
    /// Writes whose answer never came, and that are not there.
    absent: usize,
}

impl Checker {
    /// Compares nothing that is there already.
    pub(super) async fn before(haltere: &Haltere) -> Self {
        let last_entry = Database::of(haltere).await.last_entry().await;
        Self { last_entry, acknowledged: BTreeMap::new(), found: 0, absent: 0 }
    }

    /// Fails unless everything acknowledged is there, whole and on record, and everything under way
    /// is either there, whole and on record, or not there at all.
    pub(super) async fn compare(&mut self, haltere: &Haltere, admin: &Client, ledger: &Ledger) {
        let mut database = Database::of(haltere).await;
        assert_eq!(database.integrity().await, "ok");
        let mut recorded = RecordedChanges::of(database.entries_after(self.last_entry).await);
        self.last_entry = database.last_entry().await;

        let mut stored = stored(admin).await;
        for (id, subject) in &mut ledger.known().connections {
            let is = stored.remove(id);
            let on_record = recorded.connections.remove(id).unwrap_or_default();
            self.compare_connection(id, subject, is.as_ref(), on_record);
        }
        assert!(stored.is_empty(), "unexpected: {stored:#?}");
        assert!(
            recorded.connections.is_empty(),
            "on record and never sent: {:?}",
            recorded.connections
        );

        self.compare_logins(&mut ledger.known(), &recorded.sessions);
        compare_sessions(haltere, ledger).await;
        assert_eq!(database.sessions().await, database.sessions_on_record().await);
    }

    /// Fails unless the whole trail, from the first entry on, accounts for the existing connections.
    pub(super) async fn compare_all_of_it(&self, haltere: &Haltere) {
        let mut database = Database::of(haltere).await;
        let mut replayed = BTreeSet::new();
        for Record { action, object, .. } in database.entries_after(0).await {
            match action.as_str() {
                "connection.create" => assert!(replayed.insert(object.clone()), "{object}"),
                "connection.delete" => assert!(replayed.remove(&object), "{object}"),
                _ => {}
            }
        }
        assert_eq!(replayed, database.connections().await.into_iter().collect());
    }

    /// Fails unless the hash chain is whole, and the copy of the trail in `file` has each entry.
    pub(super) async fn verify_the_trail(&self, haltere: &Haltere, file: &Path) {
        let verified = haltere.cli(&["audit", "verify"], None).await;
        assert!(verified.status.success(), "{verified:?}");
        eventually("the copy has each entry", async || {
            let mut database = Database::of(haltere).await;
            let newest = database.last_entry().await;
            let copied = std::fs::read_to_string(file).expect("there");
            let number = |line: &str| -> i64 {
                let entry: Value = serde_json::from_str(line).expect("an entry");
                entry["sequence"].as_i64().expect("a number")
            };
            let copied: BTreeSet<_> = copied.lines().map(number).collect();
            copied.into_iter().eq(1..=newest).then_some(())
        })
        .await;
    }

    /// Whether kills have struck both before and after the moment that decides.
    pub(super) fn has_seen_both_ends(&self) -> bool {
        self.found > 0 && self.absent > 0
    }

    fn compare_connection(
        &mut self,
        id: &str,
        subject: &mut Subject,
        is: Option<&Value>,
        mut on_record: Vec<Entry>,
    ) {
        if let Some((action, after)) = subject.under_way.take() {
            // Every change is a change: where it was done, what is there is new.
            if is == after.as_ref() {
                let last = on_record.pop();
                let last = last.map(|(action, _)| action);
                assert_eq!(last, Some(action), "{id} has changed, and nothing says so");
                subject.is = after;
                self.found += 1;
            } else {
                self.absent += 1;
            }
        }
        assert_eq!(is, subject.is.as_ref(), "{id} is not what was acknowledged");
        assert_eq!(on_record, subject.answered, "{id}: the audit trail against the answers");
        self.count(subject.answered.drain(..));
    }

    fn compare_logins(&mut self, known: &mut Known, on_record: &[Entry]) {
        let on_record: BTreeSet<_> = on_record.iter().cloned().collect();
        let answered: BTreeSet<_> = known.answered.drain(..).collect();
        let missing: Vec<_> = answered.difference(&on_record).collect();
        assert!(missing.is_empty(), "not on record: {missing:?}");
        let more: Vec<_> = on_record.difference(&answered).collect();
        for (action, under_way) in [
            ("session.login", &mut known.logins_under_way),
            ("session.logout", &mut known.logouts_under_way),
        ] {
            let found = more.iter().filter(|(it, _)| *it == action).count();
            assert!(found <= *under_way, "{action}: {more:?} on record, {under_way} under way");
            self.found += found;
            self.absent += *under_way - found;
            *under_way = 0;
        }
        self.count(answered.into_iter());
    }

    fn count(&mut self, entries: impl Iterator<Item = Entry>) {
        for (action, _) in entries {
            *self.acknowledged.entry(action).or_default() += 1;
        }
    }
}

impl fmt::Display for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: usize = self.acknowledged.values().sum();
        write!(f, "{all} writes acknowledged (")?;
        for (place, (action, count)) in self.acknowledged.iter().enumerate() {
            write!(f, "{}{action} {count}", if place == 0 { "" } else { ", " })?;
        }
        let Self { found, absent, .. } = self;
        write!(f, "), {} killed under way: {found} whole, {absent} absent", found + absent)
    }
}

/// What the audit trail says of a round.
#[derive(Default)]
struct RecordedChanges {
    /// By connection, in order.
    connections: BTreeMap<String, Vec<Entry>>,
    /// Logins and logouts.
    sessions: Vec<Entry>,
}

impl RecordedChanges {
    fn of(records: Vec<Record>) -> Self {
        let mut recorded = Self::default();
        for Record { action, object, request_id, .. } in records {
            let Some(action) = ACTIONS.into_iter().find(|known| *known == action) else {
                assert_eq!(action, "connection.read_secrets", "not done by any writer");
                continue;
            };
            if action.starts_with("session.") {
                recorded.sessions.push((action, request_id));
            } else {
                recorded.connections.entry(object).or_default().push((action, request_id));
            }
        }
        recorded
    }
}

/// All that writers do.
const ACTIONS: [&str; 7] = [
    "connection.create",
    "connection.update",
    "connection.connect",
    "connection.disconnect",
    "connection.delete",
    "session.login",
    "session.logout",
];

/// All connections, as a writer would have written them.
async fn stored(admin: &Client) -> BTreeMap<String, Value> {
    let down = admin.get("/api/connections?state=inactive&secrets=omit").await.expect_status(200);
    let down: BTreeSet<_> = ids(&down.json()).into_iter().collect();
    let list = admin.get("/api/connections").await.expect_status(200).json();
    let list = list.as_array().expect("an array").iter();
    let written = list.map(|one| {
        let mut one = one.clone();
        let id = one["id"].as_str().expect("an id").to_owned();
        let object = one.as_object_mut().expect("a connection is an object");
        // Readable: an undecryptable connection would have no status.
        assert!(object.contains_key("status"), "{id} can't be read");
        object.retain(|key, _| !matches!(key.as_str(), "status" | "broker" | "certNotAfter"));
        object.insert("connected".to_owned(), json!(!down.contains(&id)));
        (id, one)
    });
    written.collect()
}

/// Sessions that were begun are valid, sessions that were ended are not. Ended sessions are checked once.
async fn compare_sessions(haltere: &Haltere, ledger: &Ledger) {
    let sessions = std::mem::take(&mut ledger.known().sessions);
    for (client, expected) in sessions {
        let validity = client.at(&haltere.base()).get("/validate-session").await;
        let valid = validity.expect_status(200).json()["valid"] == true;
        match expected {
            Expected::Valid => assert!(valid, "a session that was begun is gone"),
            Expected::Ended => assert!(!valid, "a session that was ended lives on"),
            Expected::Either => {}
        }
        if valid {
            ledger.known().sessions.push((client, Expected::Valid));
        }
    }
}
