use futures_util::FutureExt as _;
use proptest::prelude::*;

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::*;

fn pool(all: usize) -> SlotPool {
    let all = NonZeroUsize::new(all).expect("not zero");
    let trusted = "192.0.2.99".parse().expect("an address");
    SlotPool::new(SlotLimits::new(all, None), vec![trusted])
}

fn address(network: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, network])
}

fn admit(pool: &SlotPool, network: u8) -> Result<Admission, Rejected> {
    pool.admit(address(network), &Arc::default())
}

/// A slot that needs no waiting.
fn enter(pool: &SlotPool, network: u8) -> Option<ConnectionSlot> {
    admit(pool, network).ok()?.slot().now_or_never()?.ok()
}

/// A slot whose connection is busy.
fn busy(pool: &SlotPool, network: u8) -> Option<ConnectionSlot> {
    let slot = enter(pool, network)?;
    slot.request_started();
    Some(slot)
}

#[tokio::test]
async fn an_address_has_a_quota_and_a_trusted_proxy_has_none() {
    let pool = pool(64);
    let mut general = 0;
    let mut held = Vec::new();
    while let Some(slot) = busy(&pool, 1) {
        general += usize::from(!slot.is_reserved());
        held.push(slot);
    }
    assert_eq!((general, held.len()), (16, 18), "a quarter of all, and of the reserved ones");
    let others: Vec<_> = (0..40).map_while(|_| busy(&pool, 99)).collect();
    assert_eq!(others.iter().filter(|slot| !slot.is_reserved()).count(), 40);
    drop((held, others));
    assert_eq!(pool.stats().open, 0);
    assert!(pool.state().networks.is_empty());
}

#[test]
fn of_few_slots_a_browser_still_gets_what_it_opens() {
    let pool = pool(10);
    let held: Vec<_> = (0..8).map_while(|_| busy(&pool, 1)).collect();
    assert!(held.len() == 8 && held.iter().all(|slot| !slot.is_reserved()));
}

#[tokio::test]
async fn the_connection_idle_for_longest_is_evicted() {
    let pool = pool(4);
    let slots: Vec<_> = (1..=4).map_while(|network| enter(&pool, network)).collect();
    let [first, second, third, fourth] = &slots[..] else { panic!("four slots") };
    // The first is busy, the second one's client reads slowly, the third has a session.
    first.request_started();
    second.request_started();
    second.request_finished(false);
    second.holder.writes.block();
    third.request_started();
    third.request_finished(true);
    assert!(enter(&pool, 5).is_none(), "it waits for the fourth to go");
    assert!(fourth.evicted().now_or_never().is_some());
    for slot in [first, second, third] {
        assert!(slot.evicted().now_or_never().is_none());
    }
    assert_eq!(pool.stats().evicted, 1);
    assert!(admit(&pool, 6).is_err(), "the rest is in use, and the fourth was evicted already");
}

#[tokio::test]
async fn an_evicted_slot_goes_to_the_connection_that_waits_for_it() {
    let pool = pool(8);
    let mut slots: Vec<_> = (1..=8).map_while(|network| busy(&pool, network)).collect();
    assert!(slots.len() == 8 && slots[7].is_reserved());
    slots[0].request_finished(false);
    slots[1].request_finished(false);
    let Ok(Admission::Pending(pending)) = admit(&pool, 9) else { panic!("it waits") };
    // The next connection can't take that slot, and only a bounded number may wait.
    assert!(admit(&pool, 10).is_err());
    drop(slots.remove(0));
    assert!(admit(&pool, 10).is_ok_and(|it| matches!(it, Admission::Pending(_))));
    let slot = Admission::Pending(pending).slot().now_or_never().expect("handed over");
    assert!(slot.is_ok_and(|slot| !slot.is_reserved()));
    assert_eq!(pool.stats().open, 7);
}

#[tokio::test(start_paused = true)]
async fn after_the_handover_timeout_any_free_slot_will_do() {
    let pool = pool(16);
    let mut slots: Vec<_> = (1..=13).map_while(|network| busy(&pool, network)).collect();
    slots.extend(enter(&pool, 14));
    assert!(slots.len() == 14 && slots.iter().all(|slot| !slot.is_reserved()));
    let waiting = admit(&pool, 20).expect("it waits for the last one");
    assert!(matches!(waiting, Admission::Pending(_)));
    let reserved = waiting.slot().await.expect("a reserved slot is free");
    assert!(reserved.is_reserved());
    assert_eq!((pool.stats().rejected, pool.stats().open), (0, 15));

    let other = busy(&pool, 21).expect("the last slot");
    let waiting = admit(&pool, 22).expect("it waits for the first on a reserved slot");
    assert_eq!(waiting.slot().await.err(), Some(Rejected { is_over_quota: false }));
    assert_eq!(pool.stats().rejected, 1);
    drop((slots, reserved, other));
    assert!(pool.state().networks.is_empty() && pool.state().successors.is_empty());
}

proptest! {
    /// No pattern of connections from one address keeps another from a slot.
    #[test]
    fn no_address_locks_another_out(
        steps in prop::collection::vec((0_u8..4, any::<prop::sample::Index>()), 1..400),
        all in 32_usize..200,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let _entered = runtime.enter();
        let pool = pool(all);
        let mut held = Vec::new();
        for (step, which) in steps {
            match step {
                0 => { held.extend(enter(&pool, 1)); }
                1 => { held.extend(busy(&pool, 1)); }
                2 if !held.is_empty() => { held.swap_remove(which.index(held.len())); }
                3 if !held.is_empty() => held[which.index(held.len())].request_finished(true),
                _ => {}
            }
            let other = enter(&pool, 2);
            prop_assert!(other.is_some_and(|slot| !slot.is_reserved()));
        }
        prop_assert!(pool.stats().open <= all);
        drop(held);
        prop_assert_eq!(pool.stats().open, 0);
    }

    /// Under any pattern of connections, each is answered at once, a bounded number waits, each of those gets a
    /// slot, and no address exceeds its quota.
    #[test]
    fn connections_wait_for_evicted_ones(
        steps in prop::collection::vec((0_u8..4, 1_u8..6, any::<prop::sample::Index>()), 1..400),
        all in 8_usize..100,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let _entered = runtime.enter();
        let pool = pool(all);
        let limits = *pool.limits();
        let (mut held, mut waiting): (Vec<ConnectionSlot>, Vec<Admission>) = Default::default();
        for (step, network, which) in steps {
            match step {
                0 | 1 => match admit(&pool, network) {
                    Ok(Admission::Granted(slot)) => {
                        if step == 1 {
                            slot.request_started();
                        }
                        held.push(slot);
                    }
                    Ok(soon) => waiting.push(soon),
                    Err(_) => {}
                },
                2 if !waiting.is_empty() => { waiting.swap_remove(which.index(waiting.len())); }
                3 if !held.is_empty() => held[which.index(held.len())].request_finished(false),
                _ => {}
            }
            let state = pool.state();
            prop_assert!(state.taken.general <= limits.general && state.taken.reserved <= limits.reserved);
            prop_assert!(state.successors.len() <= limits.waiting);
            prop_assert_eq!(state.successors.len(), waiting.len());
            for taken in state.networks.values() {
                prop_assert!(taken.waiting <= limits.waiting_per_address);
                let most = limits.per_address + limits.waiting_per_address;
                prop_assert!(taken.general <= most);
            }
        }
        held.retain(|slot| !slot.holder.evict.is_cancelled());
        for admission in waiting {
            let slot = admission.slot().now_or_never();
            held.extend(slot.expect("it was handed over"));
        }
        prop_assert_eq!(pool.stats().open, held.len());
        drop(held);
        prop_assert_eq!(pool.stats().open, 0);
        prop_assert!(pool.state().networks.is_empty());
    }
}
