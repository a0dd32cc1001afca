//! Many brokers that go down and come back together, and one that does so all the time.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use haltere_link::{LinkConfig, LinkSpec};
use haltere_testkit::swarm::{BrokerBehavior, Swarm};
use haltere_testkit::{builders, wait};

use crate::fleet::{Fleet, link, quick};

const DEADLINE: Duration = Duration::from_secs(30);

fn specs(swarm: &Swarm) -> Vec<LinkSpec> {
    let numbers = 0..swarm.addresses().len();
    let spec = |n| LinkSpec { id: builders::id(&format!("swarm-{n}")), ..link(&swarm.url(n)) };
    numbers.map(spec).collect()
}

/// Waits until so many of the links are up.
async fn until_up(fleet: &Fleet, specs: &[LinkSpec], count: usize) {
    let ids: Vec<_> = specs.iter().map(|spec| &spec.id).collect();
    wait::until(&format!("{count} links to be up"), DEADLINE, async || {
        let statuses = fleet.supervisor.statuses_of(&ids);
        let up = statuses.iter().flatten().filter(|status| status.connected()).count();
        (up == count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn after_a_storm_links_reconnect_no_faster_than_the_dial_rate() {
    const BROKERS: u32 = 150;
    const PER_SECOND: u32 = 100;
    let swarm = Swarm::start(BROKERS as usize).await;
    let dials_per_second = NonZeroU32::new(PER_SECOND).expect("not zero");
    let fleet = Fleet::with(LinkConfig { dials_per_second, ..quick() }).await;
    let (specs, all) = (specs(&swarm), BROKERS as usize);
    fleet.want_all(&specs);
    until_up(&fleet, &specs, all).await;

    swarm.set(0..all, BrokerBehavior::Dead);
    until_up(&fleet, &specs, 0).await;
    let back = Instant::now();
    swarm.set(0..all, BrokerBehavior::Healthy);
    until_up(&fleet, &specs, all).await;
    // Some dials may have been under way when the brokers came back.
    let least = Duration::from_secs(1) * (BROKERS - 20) / PER_SECOND;
    assert!(back.elapsed() >= least, "{BROKERS} links were back after {:?}", back.elapsed());
    fleet.ends_well().await;
}

#[tokio::test]
async fn the_history_of_a_flapping_broker_is_bounded() {
    const CHANGES: usize = 10;
    let swarm = Swarm::start(1).await;
    swarm.set(0..1, BrokerBehavior::Flapping { every: Duration::from_millis(40) });
    let fleet = Fleet::with(LinkConfig { history: CHANGES, ..quick() }).await;
    let spec = specs(&swarm).remove(0);
    fleet.want(&spec);
    wait::until("the link to have been up twenty times", DEADLINE, async || {
        assert!(fleet.supervisor.history(&spec.id).len() <= CHANGES);
        (swarm.stats().connects() >= 20).then_some(())
    })
    .await;
    assert_eq!(fleet.supervisor.history(&spec.id).len(), CHANGES);

    swarm.set(0..1, BrokerBehavior::Healthy);
    fleet.until_up(&spec).await;
    fleet.ends_well().await;
}
