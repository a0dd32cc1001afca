//! `kill -9` in a burst of writes: what was answered is there, whole, and on record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use e2e::{Client, Haltere, Options, eventually, secret};
use haltere_testkit::ports::ReservedPort;
use reqwest::Method;
use serde_json::{Value, json};

use crate::audit::trail;
use crate::support::connection;

const ROUNDS: usize = 10;
const WRITERS: usize = 6;

/// What a connection may be now; `None` is: not there. Two possibilities while a write is under
/// way, and for ever when its answer never came; one after an answer.
type Possible = Vec<Option<Value>>;

/// What all writers know.
#[derive(Default)]
struct Ledger {
    connections: Mutex<BTreeMap<String, Possible>>,
    /// Action, object and request of each answered write.
    answered: Mutex<Vec<(&'static str, String, String)>>,
    n_answered: AtomicUsize,
}

impl Ledger {
    /// Sends one write; `false` when there was no answer because haltere is dead.
    async fn write(
        &self,
        client: &Client,
        id: &str,
        method: Method,
        body: Option<&Value>,
        after: Option<Value>,
    ) -> bool {
        let action = match method {
            Method::POST => "connection.create",
            Method::PATCH => "connection.update",
            _ => "connection.delete",
        };
        let target = match method {
            Method::POST => "/api/connections".to_owned(),
            _ => format!("/api/connections/{id}"),
        };
        let possible = |change: &dyn Fn(&mut Possible)| {
            let mut connections = self.connections.lock().expect("no panic");
            change(connections.entry(id.to_owned()).or_insert_with(|| vec![None]));
        };
        possible(&|possible| possible.push(after.clone()));
        let mut request = client.request(method, &target);
        if let Some(body) = body {
            request = request.json(body);
        }
        let Ok(answer) = client.try_send(request, &target).await else { return false };
        assert!(matches!(answer.status, 200 | 202), "{action} of {id}: {}", answer.text());
        possible(&|possible| *possible = vec![after.clone()]);
        let request_id = answer.header("x-request-id").to_owned();
        self.answered.lock().expect("no panic").push((action, id.to_owned(), request_id));
        self.n_answered.fetch_add(1, Ordering::SeqCst);
        true
    }
}

/// Creates, patches and deletes connections of its own until nobody answers.
async fn burst(ledger: Arc<Ledger>, client: Client, name: String, url: String) {
    for n in 0.. {
        let id = format!("{name}-{n}");
        let created = connection(&id, &url);
        let mut patched = created.clone();
        patched["name"] = json!(format!("Patched {id}"));
        patched["credentials"] = json!({ "username": id, "password": secret(&id) });
        let patch = json!({ "name": patched["name"], "credentials": patched["credentials"] });
        let go_on =
            ledger.write(&client, &id, Method::POST, Some(&created), Some(created.clone())).await
                && ledger.write(&client, &id, Method::PATCH, Some(&patch), Some(patched)).await
                && (n % 2 == 0 || ledger.write(&client, &id, Method::DELETE, None, None).await);
        if !go_on {
            return;
        }
    }
}

/// A connection as it was written: without what haltere adds.
fn written(stored: &Value) -> Value {
    let mut stored = stored.clone();
    let object = stored.as_object_mut().expect("a connection is an object");
    object.retain(|key, _| matches!(key.as_str(), "id" | "name" | "url" | "credentials"));
    stored
}

/// Kills and compares, `ROUNDS` times on one data folder.
async fn kill_in_bursts(name: &str) {
    let dead = ReservedPort::on([127, 0, 0, 1].into());
    let url = format!("mqtt://{}", dead.address());
    let mut haltere = Options::default().with_broken_brokers().start().await;
    let ledger = Arc::new(Ledger::default());
    for round in 0..ROUNDS {
        let admin = haltere.admin().await;
        let before = ledger.n_answered.load(Ordering::SeqCst);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let name = format!("{name}{round}-{writer}");
                tokio::spawn(burst(Arc::clone(&ledger), admin.clone(), name, url.clone()))
            })
            .collect();
        eventually("enough writes are answered", async || {
            let n_answered = ledger.n_answered.load(Ordering::SeqCst) - before;
            (n_answered > 3 + 4 * round).then_some(())
        })
        .await;
        haltere.kill().await;
        for writer in writers {
            writer.await.expect("no write was refused");
        }
        haltere.restart().await;
        compare(&haltere, &ledger).await;
    }
    haltere.stop().await;
}

async fn compare(haltere: &Haltere, ledger: &Ledger) {
    let admin = haltere.admin().await;
    let list = admin.get("/api/connections").await.expect_status(200).json();
    let list = list.as_array().expect("an array");
    let mut stored: BTreeMap<_, _> = list
        .iter()
        .map(|one| (one["id"].as_str().expect("an id").to_owned(), written(one)))
        .collect();

    let trail = trail(haltere).await;
    let mut replayed = BTreeSet::new();
    for record in &trail {
        match record.entry.action.as_str() {
            "connection.create" => _ = replayed.insert(record.entry.object.clone()),
            "connection.delete" => _ = replayed.remove(&record.entry.object),
            _ => {}
        }
    }
    assert_eq!(replayed, stored.keys().cloned().collect(), "trail and connections disagree");
    let entries: BTreeSet<_> = trail
        .iter()
        .map(|record| {
            (record.entry.action.as_str(), &record.entry.object, &record.entry.request_id)
        })
        .collect();
    for (action, object, request) in ledger.answered.lock().expect("no panic").iter() {
        assert!(
            entries.contains(&(*action, object, request)),
            "{action} of {object} is not on record"
        );
    }

    for (id, possible) in ledger.connections.lock().expect("no panic").iter_mut() {
        let is = stored.remove(id);
        assert!(possible.contains(&is), "{id} is {is:#?}, but should be one of {possible:#?}");
        // From here on it is what it is.
        *possible = vec![is];
    }
    assert!(stored.is_empty(), "nobody wrote {stored:#?}");
}

// Twenty rounds in two halves, so that they run side by side.

#[tokio::test]
async fn nothing_answered_is_lost_when_killed_in_a_burst() {
    kill_in_bursts("a").await;
}

#[tokio::test]
async fn nothing_answered_is_lost_when_killed_in_a_burst_once_more() {
    kill_in_bursts("b").await;
}
