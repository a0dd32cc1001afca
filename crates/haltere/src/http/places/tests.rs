use futures_util::FutureExt as _;
use proptest::prelude::*;

use super::*;

fn places(all: usize) -> Places {
    let all = NonZeroUsize::new(all).expect("not zero");
    let trusted = "192.0.2.99".parse().expect("an address");
    Places::new(Bounds::of(all, None), vec![trusted])
}

fn address(network: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, network])
}

fn come(places: &Places, network: u8) -> Result<Entered, TurnedAway> {
    places.enter(address(network), &Arc::default())
}

/// A place that is there at once.
fn enter(places: &Places, network: u8) -> Option<Place> {
    come(places, network).ok()?.place().now_or_never()?.ok()
}

/// One that a request is under way on.
fn busy(places: &Places, network: u8) -> Option<Place> {
    let place = enter(places, network)?;
    place.begins();
    Some(place)
}

#[tokio::test]
async fn an_address_has_a_share_and_a_listed_proxy_has_none() {
    let places = places(64);
    let mut general = 0;
    let mut held = Vec::new();
    while let Some(place) = busy(&places, 1) {
        general += usize::from(!place.is_kept());
        held.push(place);
    }
    assert_eq!((general, held.len()), (16, 18), "a quarter of all, and of the kept ones");
    let others: Vec<_> = (0..40).map_while(|_| busy(&places, 99)).collect();
    assert_eq!(others.iter().filter(|place| !place.is_kept()).count(), 40);
    drop((held, others));
    assert_eq!(places.count().open, 0);
    assert!(places.state().networks.is_empty());
}

#[test]
fn where_places_are_few_a_browser_still_gets_what_it_opens() {
    let places = places(10);
    let held: Vec<_> = (0..8).map_while(|_| busy(&places, 1)).collect();
    assert!(held.len() == 8 && held.iter().all(|place| !place.is_kept()));
}

#[tokio::test]
async fn the_oldest_that_does_nothing_gives_way() {
    let places = places(4);
    let seated: Vec<_> = (1..=4).map_while(|network| enter(&places, network)).collect();
    let [first, second, third, fourth] = &seated[..] else { panic!("four places") };
    // The first is at work, the second one's reader takes its time, the third belongs to somebody.
    first.begins();
    second.begins();
    second.ends(false);
    second.seat.progress.block();
    third.begins();
    third.ends(true);
    assert!(enter(&places, 5).is_none(), "it waits for the fourth to go");
    assert!(fourth.give_way().now_or_never().is_some());
    for place in [first, second, third] {
        assert!(place.give_way().now_or_never().is_none());
    }
    assert_eq!(places.count().gave_way, 1);
    assert!(come(&places, 6).is_err(), "the rest is in use, and the fourth was asked already");
}

#[tokio::test]
async fn a_place_is_handed_to_the_newcomer_that_asked_for_it() {
    let places = places(8);
    let mut seated: Vec<_> = (1..=8).map_while(|network| busy(&places, network)).collect();
    assert!(seated.len() == 8 && seated[7].is_kept());
    seated[0].ends(false);
    seated[1].ends(false);
    let Ok(Entered::Soon(newcomer)) = come(&places, 9) else { panic!("it waits") };
    // The next connection can't snatch the place, nor may more wait than a bounded number.
    assert!(come(&places, 10).is_err());
    drop(seated.remove(0));
    assert!(come(&places, 10).is_ok_and(|it| matches!(it, Entered::Soon(_))));
    let place = Entered::Soon(newcomer).place().now_or_never().expect("handed over");
    assert!(place.is_ok_and(|place| !place.is_kept()));
    assert_eq!(places.count().open, 7);
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_that_waits_in_vain_gets_what_is_free_by_then() {
    let places = places(16);
    let mut seated: Vec<_> = (1..=13).map_while(|network| busy(&places, network)).collect();
    seated.extend(enter(&places, 14));
    assert!(seated.len() == 14 && seated.iter().all(|place| !place.is_kept()));
    let waiting = come(&places, 20).expect("it waits for the last one");
    assert!(matches!(waiting, Entered::Soon(_)));
    let kept = waiting.place().await.expect("there is room among the kept ones");
    assert!(kept.is_kept());
    assert_eq!((places.count().turned_away, places.count().open), (0, 15));

    let other = busy(&places, 21).expect("the last place");
    let waiting = come(&places, 22).expect("it waits for the first on a kept place");
    assert_eq!(waiting.place().await.err(), Some(TurnedAway { is_own: false }));
    assert_eq!(places.count().turned_away, 1);
    drop((seated, kept, other));
    assert!(places.state().networks.is_empty() && places.state().heirs.is_empty());
}

proptest! {
    /// Whatever one address does, another gets a place at once.
    #[test]
    fn no_address_keeps_another_out(
        steps in prop::collection::vec((0_u8..4, any::<prop::sample::Index>()), 1..400),
        all in 32_usize..200,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let _entered = runtime.enter();
        let places = places(all);
        let mut held = Vec::new();
        for (step, which) in steps {
            match step {
                0 => { held.extend(enter(&places, 1)); }
                1 => { held.extend(busy(&places, 1)); }
                2 if !held.is_empty() => { held.swap_remove(which.index(held.len())); }
                3 if !held.is_empty() => held[which.index(held.len())].ends(true),
                _ => {}
            }
            let other = enter(&places, 2);
            prop_assert!(other.is_some_and(|place| !place.is_kept()));
        }
        prop_assert!(places.count().open <= all);
        drop(held);
        prop_assert_eq!(places.count().open, 0);
    }

    /// However connections come and go, each is answered at once, few wait, none of them in vain, and no address
    /// has more than its share.
    #[test]
    fn newcomers_wait_for_those_that_leave(
        steps in prop::collection::vec((0_u8..4, 1_u8..6, any::<prop::sample::Index>()), 1..400),
        all in 8_usize..100,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let _entered = runtime.enter();
        let places = places(all);
        let bounds = places.0.bounds;
        let (mut held, mut waiting): (Vec<Place>, Vec<Entered>) = Default::default();
        for (step, network, which) in steps {
            match step {
                0 | 1 => match come(&places, network) {
                    Ok(Entered::Now(place)) => {
                        if step == 1 {
                            place.begins();
                        }
                        held.push(place);
                    }
                    Ok(soon) => waiting.push(soon),
                    Err(_) => {}
                },
                2 if !waiting.is_empty() => { waiting.swap_remove(which.index(waiting.len())); }
                3 if !held.is_empty() => held[which.index(held.len())].ends(false),
                _ => {}
            }
            let state = places.state();
            prop_assert!(state.taken.general <= bounds.general && state.taken.kept <= bounds.kept);
            prop_assert!(state.heirs.len() <= bounds.waiting);
            prop_assert_eq!(state.heirs.len(), waiting.len());
            for taken in state.networks.values() {
                prop_assert!(taken.waiting <= bounds.waiting_per_address);
                let most = bounds.per_address + bounds.waiting_per_address;
                prop_assert!(taken.general <= most);
            }
        }
        held.retain(|place| !place.seat.give_way.is_cancelled());
        for entered in waiting {
            let place = entered.place().now_or_never();
            held.extend(place.expect("it was handed over"));
        }
        prop_assert_eq!(places.count().open, held.len());
        drop(held);
        prop_assert_eq!(places.count().open, 0);
        prop_assert!(places.state().networks.is_empty());
    }
}
