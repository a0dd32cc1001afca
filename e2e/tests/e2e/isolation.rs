//! A broker's fault stays its own: whatever one does, links to others stay up, unbroken, and pages and
//! changes are answered. How little they feel of it is measured by `bench/run isolation`.

use std::time::Duration;

use e2e::{Client, Options, eventually};
use haltere_testkit::Swarm;
use haltere_testkit::swarm::BrokerBehavior;
use serde_json::{Value, json};

use crate::support::connection;

const GOOD: usize = 20;
const BAD: usize = 10;

/// A fault, and how one knows that it has come through to haltere.
struct Fault {
    behavior: BrokerBehavior,
    sign: fn(&Value, &Swarm) -> bool,
}

const FAULTS: [Fault; 7] = [
    Fault {
        behavior: BrokerBehavior::SlowLoris { every: Duration::from_millis(5) },
        sign: |bad, _| bad["status"]["connected"] == true,
    },
    Fault {
        behavior: BrokerBehavior::Huge { per_second: 2_000_000 },
        sign: |bad, _| bad["broker"]["skippedMessages"].as_u64() > Some(0),
    },
    Fault {
        behavior: BrokerBehavior::Malformed { every: Duration::from_millis(50) },
        // After two such sessions the link does without what the broker sends.
        sign: |bad, _| failed(bad, "ECONNCLOSED") || bad["broker"]["sys"] == "endsSession",
    },
    Fault {
        behavior: BrokerBehavior::Flood { per_second: 10_000 },
        sign: |_, brokers| brokers.stats().flooded() > 50_000,
    },
    Fault { behavior: BrokerBehavior::Dead, sign: |bad, _| failed(bad, "ECONNREFUSED") },
    Fault {
        behavior: BrokerBehavior::AcceptThenClose,
        sign: |bad, _| failed(bad, "ECONNCLOSED") || failed(bad, "ECONNRESET"),
    },
    Fault { behavior: BrokerBehavior::Silent, sign: |bad, _| failed(bad, "ETIMEDOUT") },
];

fn failed(connection: &Value, code: &str) -> bool {
    connection["status"]["error"]["code"] == code
}

#[tokio::test]
async fn whatever_one_broker_does_others_do_not_feel() {
    let (good, bad) = (Swarm::start(GOOD).await, Swarm::start(BAD).await);
    let options = Options::default().with_broken_brokers().env("HALTERE_LINK_MAX_BACKOFF", "500ms");
    let options = options.expect_complaint("ends sessions in which it is asked for $SYS");
    let mut haltere = options.start().await;
    let admin = haltere.admin().await;
    for n in 0..GOOD {
        let body = connection(&format!("good-{n}"), &good.url(n));
        admin.post("/api/connections", &body).await.expect_status(200);
    }
    for n in 0..BAD {
        let body = connection(&format!("bad-{n}"), &bad.url(n));
        admin.post("/api/connections", &body).await.expect_status(200);
    }
    let before = statuses(&admin).await;
    for Fault { behavior, sign } in FAULTS {
        bad.set(0..BAD, behavior);
        // Sessions that end early, one after the other, look like brokers that can't bear to be asked for
        // `$SYS`; after an edit they are asked again.
        for n in 0..BAD {
            let edit = json!({ "name": format!("Bad {n}: {behavior:?}") });
            let edited = admin.patch(&format!("/api/connections/bad-{n}"), &edit).await;
            edited.expect_status(200);
        }
        eventually(&format!("the effect of {behavior:?}"), async || {
            let one = admin.get("/api/connections/bad-0").await.json();
            sign(&one, &bad).then_some(())
        })
        .await;
        at_work(&admin, &good).await;
        assert_eq!(statuses(&admin).await, before, "{behavior:?}");
    }
    // A link that had come back would have said CONNECT once more; two per fault are those of `at_work`.
    assert_eq!(good.stats().connects(), (GOOD + 2 * FAULTS.len()) as u64);

    bad.set(0..BAD, BrokerBehavior::Healthy);
    eventually("all of them to be up again", async || {
        let list = admin.get("/api/connections").await.json();
        let all = list.as_array().expect("an array");
        all.iter().all(|one| one["status"]["connected"] == true).then_some(())
    })
    .await;
    haltere.stop().await;
}

/// The status of the links to the good brokers, with the time of its last change.
async fn statuses(client: &Client) -> Vec<Value> {
    let list = client.get("/api/connections?q=good-").await.expect_status(200).json();
    let list = list.as_array().expect("an array");
    assert_eq!(list.len(), GOOD);
    list.iter().map(|one| one["status"].clone()).collect()
}

/// What people do meanwhile: they look, try, add, and remove.
async fn at_work(client: &Client, good: &Swarm) {
    client.get("/api/connections").await.expect_status(200);
    let url = good.url(0);
    let test = client.post("/api/connection-test", &json!({ "url": url })).await;
    assert_eq!(test.expect_status(200).json()["connected"], true);
    client.post("/api/connections", &connection("new", &url)).await.expect_status(200);
    client.delete("/api/connections/new").await.expect_status(200);
}
