use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

/// Small, so that it is often reached.
const CAPACITY: usize = 4;

fn log() -> ChangeLog {
    ChangeLog::new(|kind| match kind {
        ChangeKind::Connections => CAPACITY,
        ChangeKind::Plugins | ChangeKind::Groups => 1,
    })
}

fn connection(n: usize) -> Change {
    Change::Connection(ConnectionId::parse(&n.to_string()).expect("valid"))
}

/// Plugins or one of eight connections.
fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![1 => Just(Change::Plugins), 4 => (0..2 * CAPACITY).prop_map(connection)]
}

/// Each combination of kinds.
fn kinds() -> impl Strategy<Value = Vec<ChangeKind>> {
    prop::sample::subsequence(ChangeKind::ALL.to_vec(), 0..=ChangeKind::ALL.len())
}

/// What [`ChangeLog::read`] has to return, from a list of all changes since the beginning.
fn expected(all: &[Change], after: usize, wanted: &[ChangeKind]) -> Result<Vec<Change>, Overrun> {
    let mut newest_first: Vec<Change> = Vec::new();
    for change in all[after..].iter().rev().filter(|change| wanted.contains(&change.kind())) {
        if !newest_first.contains(change) {
            newest_first.push(change.clone());
        }
    }
    let connections = newest_first.iter().filter(|it| it.kind() == ChangeKind::Connections);
    if connections.count() > CAPACITY {
        return Err(Overrun);
    }
    newest_first.reverse();
    Ok(newest_first)
}

proptest! {
    /// Each thing once, in the order of the last changes; an overrun exactly if more things of a wanted kind
    /// have changed than are kept.
    #[test]
    fn a_read_is_what_has_changed_since(
        all in prop::collection::vec(changes(), 0..40),
        wanted in kinds(),
    ) {
        let mut log = log();
        for change in &all {
            log.push(change.clone());
        }
        prop_assert_eq!(log.latest(), all.len() as u64);
        for after in 0..=all.len() {
            let read = log.read(after as u64, |kind| wanted.contains(&kind));
            prop_assert_eq!(read, expected(&all, after, &wanted));
        }
        for kind in &log.kinds {
            prop_assert!(kind.by_sequence.len() <= kind.capacity);
            prop_assert_eq!(kind.by_sequence.len(), kind.sequences.len());
        }
    }

    /// A reader that copies what has changed, and everything after an overrun, has missed nothing, however
    /// seldom it reads.
    #[test]
    fn a_reader_is_up_to_date_after_each_read(
        steps in prop::collection::vec(prop::option::weighted(0.8, changes()), 0..80),
    ) {
        let mut log = log();
        let (mut truth, mut copy) = (HashMap::new(), HashMap::new());
        let mut position = 0;
        for (number, step) in steps.into_iter().enumerate() {
            if let Some(change) = step {
                truth.insert(change.clone(), number);
                log.push(change);
                continue;
            }
            match log.read(position, |_| true) {
                Ok(changes) => copy.extend(changes.into_iter().map(|it| (it.clone(), truth[&it]))),
                Err(Overrun) => copy.clone_from(&truth),
            }
            position = log.latest();
            prop_assert_eq!(&copy, &truth);
        }
    }

    /// However often things of one kind change, a reader of the other one gets its changes.
    #[test]
    fn one_kind_never_pushes_out_another(flood in prop::collection::vec(changes(), 0..80)) {
        let (mut log, mut wanted) = (log(), HashSet::new());
        for n in 0..CAPACITY {
            wanted.insert(connection(n));
            log.push(connection(n));
        }
        for change in flood.iter().filter(|it| it.kind() == ChangeKind::Plugins) {
            log.push(change.clone());
        }
        let read = log.read(0, |kind| kind == ChangeKind::Connections);
        prop_assert_eq!(read.map(|read| read.into_iter().collect()), Ok(wanted));

        log.push(Change::Plugins);
        for n in 0..10 * CAPACITY {
            log.push(connection(n));
        }
        let read = log.read(0, |kind| kind == ChangeKind::Plugins);
        prop_assert_eq!(read, Ok(vec![Change::Plugins]));
    }
}

#[test]
fn the_kinds_are_in_the_order_of_their_values() {
    let values = ChangeKind::ALL.map(|kind| kind as usize);
    assert!(values.into_iter().eq(0..values.len()));
}
