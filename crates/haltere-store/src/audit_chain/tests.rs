//! A trail that was tampered with.

use std::borrow::Cow;

use super::*;

/// How many entries the trail has.
const ENTRIES: i64 = 10_000;

type Entry = ChainedEntry<'static>;

/// Entries of one writer, with sequence numbers from 1.
fn trail() -> Vec<Entry> {
    let (mut previous, mut buffer) = (ChainHash::START, Vec::new());
    (1..=ENTRIES)
        .map(|number| {
            let mut entry = entry(number);
            let hash = entry.hash_after(&previous, &mut buffer);
            entry.hash = Some(hash);
            previous = hash;
            entry
        })
        .collect()
}

fn entry(number: i64) -> Entry {
    Entry {
        sequence: number,
        writer: "w".into(),
        position: number,
        hash: None,
        at: 1_800_000_000_000 + number,
        actor: "ada".into(),
        address: (number % 3 == 0).then(|| "10.0.0.5".into()),
        request_id: format!("request-{number}").into(),
        action: "connection.update".into(),
        object: format!("press-{}", number % 7).into(),
        outcome: "success".into(),
        detail: "url".into(),
        times: 1,
        since: None,
        changes: Some(format!("url\t=mqtt://{number}\t=mqtts://{number}\n").into()),
        names: None,
    }
}

fn head(entry: &Entry) -> ChainHead {
    let hash = entry.hash.expect("it is chained");
    ChainHead { writer: entry.writer.clone().into_owned(), position: entry.position, hash }
}

fn verify(entries: &[Entry], newest: Option<&ChainHead>) -> ChainReport {
    let mut verifier = ChainVerifier::new();
    for entry in entries {
        verifier.entry(entry);
    }
    verifier.finish(newest.map(std::slice::from_ref))
}

/// The sequence number and the kind of each violation.
fn found(entries: &[Entry], newest: &ChainHead) -> Vec<(i64, ViolationKind)> {
    let report = verify(entries, Some(newest));
    let place =
        |violation: ChainViolation| (violation.place.expect("an entry").sequence, violation.kind);
    assert_eq!(report.violation_count, report.violations.len() as u64);
    report.violations.into_iter().map(place).collect()
}

fn index(number: i64) -> usize {
    usize::try_from(number - 1).expect("from 1")
}

#[test]
fn an_untouched_trail_has_no_violation() {
    let trail = trail();
    let newest = head(&trail[index(ENTRIES)]);
    assert_eq!(found(&trail, &newest), []);
    let report = verify(&trail, None);
    assert_eq!((report.entries, report.heads), (10_000, vec![newest]));
}

#[test]
fn ten_ways_of_tampering_are_found_and_placed() {
    let trail = trail();
    let newest = head(&trail[index(ENTRIES)]);
    let tampered = |tamper: &dyn Fn(&mut Vec<Entry>)| {
        let mut trail = trail.clone();
        tamper(&mut trail);
        found(&trail, &newest)
    };
    let at = |number: i64| index(number);

    let edited = tampered(&|trail| trail[at(5_000)].actor = "eve".into());
    assert_eq!(edited, [(5_000, ViolationKind::Changed)], "another actor");
    let edited = tampered(&|trail| trail[at(5_000)].at += 1);
    assert_eq!(edited, [(5_000, ViolationKind::Changed)], "another time");
    let edited = tampered(&|trail| trail[at(5_000)].changes = None);
    assert_eq!(edited, [(5_000, ViolationKind::Changed)], "without its changes");
    let resealed = tampered(&|trail| {
        trail[at(5_000)].outcome = "denied".into();
        let previous = trail[at(4_999)].hash.expect("it is chained");
        trail[at(5_000)].hash = Some(trail[at(5_000)].hash_after(&previous, &mut Vec::new()));
    });
    assert_eq!(
        resealed,
        [(5_001, ViolationKind::Changed)],
        "with a hash that fits: the next one does not"
    );
    let deleted = tampered(&|trail| drop(trail.remove(at(5_000))));
    assert_eq!(deleted, [(5_001, ViolationKind::Missing { from: 5_000, to: 5_000 })]);
    let deleted = tampered(&|trail| drop(trail.drain(at(4_000)..at(5_000))));
    assert_eq!(deleted, [(5_000, ViolationKind::Missing { from: 4_000, to: 4_999 })]);
    let swapped = tampered(&|trail| {
        trail.swap(at(5_000), at(5_001));
        trail[at(5_000)].sequence = 5_000;
        trail[at(5_001)].sequence = 5_001;
    });
    let expected =
        [(5_000, ViolationKind::Missing { from: 5_000, to: 5_000 }), (5_001, ViolationKind::Moved)];
    assert_eq!(swapped, expected);
    let added = tampered(&|trail| {
        let forged = Entry { writer: Cow::Borrowed(""), hash: None, ..entry(5_000) };
        trail.insert(at(5_000), forged);
    });
    assert_eq!(added, [(5_000, ViolationKind::Added)]);
    let repeated = tampered(&|trail| {
        let copy = trail[at(4_000)].clone();
        trail.insert(at(5_000), copy);
    });
    assert_eq!(repeated, [(4_000, ViolationKind::Moved)]);
    let truncated = tampered(&|trail| trail.truncate(at(9_001)));
    let kind = ViolationKind::Truncated {
        writer: "w".to_owned(),
        newest: ENTRIES,
        known_from: "the database",
    };
    assert_eq!(truncated, [(9_000, kind)]);
    let beheaded = tampered(&|trail| drop(trail.drain(..at(5_000))));
    assert_eq!(beheaded, [(5_000, ViolationKind::Missing { from: 1, to: 4_999 })]);
}

#[test]
fn violations_behind_each_other_are_all_found() {
    let mut trail = trail();
    let newest = head(&trail[index(ENTRIES)]);
    for number in [1, 10, 11, 5_000, ENTRIES] {
        trail[index(number)].detail = "other".into();
    }
    let places: Vec<_> = found(&trail, &newest).into_iter().map(|(sequence, _)| sequence).collect();
    assert_eq!(places, [1, 10, 11, 5_000, ENTRIES]);
    assert!(verify(&[], Some(&newest)).violations[0].place.is_none(), "nothing is left");
}

/// An attacker who can write to the database can also compute all hashes again. Only a checkpoint that is kept elsewhere
/// reveals that.
#[test]
fn a_checkpoint_finds_truncation_and_a_trail_that_was_made_again() {
    let trail = trail();
    let checkpoint = head(&trail[index(9_000)]);
    let compared = |trail: &[Entry]| {
        let mut verifier = ChainVerifier::new();
        verifier.expect(checkpoint.clone(), "the checkpoint");
        for entry in trail {
            verifier.entry(entry);
        }
        let newest = trail.last().map(head);
        verifier.finish(newest.as_ref().map(std::slice::from_ref))
    };
    assert_eq!(compared(&trail).violations, []);
    // With a head that fits.
    let truncated = compared(&trail[..8_000]);
    let [
        ChainViolation { place: Some(place), kind: ViolationKind::Truncated { newest: 9_000, .. } },
    ] = &*truncated.violations
    else {
        panic!("{truncated:?}")
    };
    assert_eq!(place.sequence, 8_000);

    let mut again = trail.clone();
    again[index(100)].actor = "eve".into();
    let mut previous = ChainHash::START;
    for entry in &mut again {
        let hash = entry.hash_after(&previous, &mut Vec::new());
        entry.hash = Some(hash);
        previous = hash;
    }
    assert_eq!(verify(&again, again.last().map(head).as_ref()).violations, []);
    let report = compared(&again);
    let [ChainViolation { place: Some(place), kind: ViolationKind::Replaced { .. } }] =
        &*report.violations
    else {
        panic!("{report:?}")
    };
    assert_eq!(place.sequence, 9_000);
}

#[test]
fn what_retention_removed_must_be_named() {
    let mut trail = trail();
    let removed = head(&trail[index(4_000)]);
    let verify = |trail: &[Entry], removed: &ChainHead| {
        let mut verifier = ChainVerifier::new();
        verifier.removed(removed.clone());
        for entry in trail {
            verifier.entry(entry);
        }
        let newest = trail.last().map(head);
        verifier.finish(newest.as_ref().map(std::slice::from_ref)).violations
    };
    let left = trail.split_off(4_000);
    let [violation] = &*verify(&left, &removed) else { panic!("no entry names it") };
    assert!(matches!(violation.kind, ViolationKind::NotRemovedByRetention { position: 4_000, .. }));

    let mut left = left;
    let mut naming = entry(ENTRIES + 1);
    naming.names = names_to_text(&[ChainName::Removed(removed.clone())]).map(Cow::Owned);
    naming.hash = Some(naming.hash_after(&head(&left[5_999]).hash, &mut Vec::new()));
    left.push(naming);
    assert_eq!(verify(&left, &removed), []);
    // More is gone than it says.
    let violations = verify(&left[1..], &removed);
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].kind, ViolationKind::Missing { from: 4_001, to: 4_001 });
    let violations = verify(&left[1..], &head(&left[0]));
    assert!(matches!(
        violations[0].kind,
        ViolationKind::NotRemovedByRetention { position: 4_001, .. }
    ));
}

#[test]
fn another_writer_names_the_newest_entries_of_the_first() {
    let first = trail();
    let newest = head(&first[index(ENTRIES)]);
    let mut second = Entry { writer: "v".into(), position: 1, ..entry(ENTRIES + 1) };
    second.names = names_to_text(&[ChainName::Newest(newest.clone())]).map(Cow::Owned);
    second.hash = Some(second.hash_after(&ChainHash::START, &mut Vec::new()));
    let mut all = first;
    all.push(second);
    assert_eq!(verify(&all, None).violations, []);
    // Not even with the kept head of the first writer changed is the end of its chain missed.
    all.remove(index(ENTRIES));
    let violations = verify(&all, None).violations;
    let [violation] = &*violations else { panic!("{violations:?}") };
    assert!(
        matches!(&violation.kind, ViolationKind::Truncated { writer, newest: ENTRIES, .. } if writer == "w")
    );
    assert_eq!(violation.place.as_ref().map(|place| place.sequence), Some(ENTRIES + 1));
}

#[test]
fn an_export_may_begin_anywhere() {
    let mut trail = trail().split_off(5_000);
    let verify = |trail: &[Entry]| {
        let mut verifier = ChainVerifier::of_export();
        for entry in trail {
            verifier.entry(entry);
        }
        verifier.finish(None).violations
    };
    assert_eq!(verify(&trail), []);
    trail[10].object = "other".into();
    assert_eq!(verify(&trail).len(), 1);
    trail.remove(10);
    assert!(matches!(verify(&trail)[0].kind, ViolationKind::Missing { .. }));
}

#[test]
fn names_and_hashes_read_back() {
    let head = |writer: &str| ChainHead {
        writer: writer.to_owned(),
        position: 3,
        hash: ChainHash([0x0f; 32]),
    };
    let names = [ChainName::Newest(head("a")), ChainName::Removed(head("b"))];
    assert_eq!(names_from_text(&names_to_text(&names).expect("two")), names);
    assert_eq!(names_to_text(&[]), None);
    let hash = ChainHash([0x0f; 32]);
    assert_eq!(ChainHash::parse(&hash.to_string()), Some(hash));
    for bad in ["", "0f", &"0F".repeat(32), &"0f".repeat(33), &"é".repeat(32)] {
        assert_eq!(ChainHash::parse(bad), None, "{bad}");
    }
}
