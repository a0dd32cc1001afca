//! Many brokers that go down and come back together, and one that does so all the time.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use haltere_core::{ConnectionId, ConnectionStatus};
use haltere_link::{LinkConfig, LinkSpec, Supervisor};
use haltere_testkit::swarm::{Mood, Swarm};
use haltere_testkit::{builders, wait};

use crate::fleet::{Fleet, link, quick};

const PATIENCE: Duration = Duration::from_secs(30);

fn specs(swarm: &Swarm) -> Vec<LinkSpec> {
    let numbers = 0..swarm.addresses().len();
    let spec = |n| LinkSpec { id: builders::id(&format!("swarm-{n}")), ..link(&swarm.url(n)) };
    numbers.map(spec).collect()
}

/// Waits until `wanted` holds for as many links as that.
async fn until(
    supervisor: &Supervisor,
    what: &str,
    count: usize,
    wanted: impl Fn(&ConnectionStatus) -> bool,
) {
    wait::until(what, PATIENCE, async || {
        let statuses: HashMap<ConnectionId, Arc<ConnectionStatus>> = supervisor.statuses();
        (statuses.values().filter(|status| wanted(status)).count() == count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_storm_is_noticed_by_all_and_does_not_return_faster_than_the_dial_rate() {
    const BROKERS: u32 = 150;
    const PER_SECOND: u32 = 100;
    let swarm = Swarm::start(BROKERS as usize).await;
    let dials_per_second = NonZeroU32::new(PER_SECOND).expect("not zero");
    let fleet = Fleet::with(LinkConfig { dials_per_second, ..quick() }).await;
    fleet.want_all(&specs(&swarm));
    // The bystander is the one more.
    let all = BROKERS as usize + 1;
    until(&fleet.supervisor, "all links to be up", all, ConnectionStatus::connected).await;

    swarm.set(0..BROKERS as usize, Mood::Dead);
    until(&fleet.supervisor, "all but one to be known as down", 1, ConnectionStatus::connected)
        .await;
    let back = Instant::now();
    swarm.set(0..BROKERS as usize, Mood::Well);
    until(&fleet.supervisor, "all links to be up again", all, ConnectionStatus::connected).await;
    // Some dials may have been on their way when the brokers came back.
    let least = Duration::from_secs(1) * (BROKERS - 20) / PER_SECOND;
    assert!(back.elapsed() >= least, "{BROKERS} links were back after {:?}", back.elapsed());
    fleet.ends_well().await;
}

#[tokio::test]
async fn of_a_broker_that_flaps_no_more_is_kept_than_of_others() {
    const LINES: usize = 10;
    let swarm = Swarm::start(1).await;
    swarm.set(0..1, Mood::Flapping { every: Duration::from_millis(40) });
    let fleet = Fleet::with(LinkConfig { history: LINES, ..quick() }).await;
    let spec = specs(&swarm).remove(0);
    fleet.want(&spec);
    wait::until("the link to have been up twenty times", PATIENCE, async || {
        assert!(fleet.supervisor.history(&spec.id).len() <= LINES);
        (swarm.tally().connects() >= 20).then_some(())
    })
    .await;
    assert_eq!(fleet.supervisor.history(&spec.id).len(), LINES);

    swarm.set(0..1, Mood::Well);
    fleet.until_up(&spec).await;
    fleet.ends_well().await;
}
