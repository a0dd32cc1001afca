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

fn enter(places: &Places, network: u8) -> Option<Place> {
    let progress = Arc::default();
    places.enter(address(network), &progress).now_or_never()?.ok()
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
    let (progress, mut seated) = (Arc::default(), seated);
    let newcomer = places.enter(address(6), &progress);
    let leave = async move {
        tokio::task::yield_now().await;
        seated.truncate(3);
        seated
    };
    // What gave way before is free now, and nobody else has to go.
    drop(tokio::join!(newcomer, leave));
}

#[tokio::test]
async fn on_kept_places_who_is_unknown_gives_way_and_who_has_a_session_stays() {
    let places = places(64);
    let held: Vec<_> = (1..=56).map_while(|network| busy(&places, network)).collect();
    assert!(held.iter().all(|place| !place.is_kept()));
    let kept: Vec<_> = (101..=108).map_while(|network| enter(&places, network)).collect();
    assert!(kept.len() == 8 && kept.iter().all(Place::is_kept));
    kept[0].begins();
    kept[0].ends(true);
    assert!(enter(&places, 120).is_none());
    assert!(kept[0].give_way().now_or_never().is_none());
    assert!(kept[1].give_way().now_or_never().is_some());
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
}
