use std::time::Duration;

use haltere_core::{HistoryState, Since, Timestamp};

use super::*;
use crate::failure;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn steady(&self) -> Duration {
        Duration::ZERO
    }
}

fn table() -> StatusTable {
    with_history(3)
}

fn with_history(changes: usize) -> StatusTable {
    StatusTable::new(Arc::new(Noon), changes, Box::new(|_| ()))
}

fn id(text: &str) -> ConnectionId {
    ConnectionId::parse(text).expect("valid")
}

fn connecting() -> LinkState {
    LinkState::Connecting { attempt: 1, last_failure: None }
}

fn waiting(why: &str, attempt: u32) -> LinkState {
    let failure = Arc::new(failure::unknown_name(why));
    LinkState::Waiting { failure, attempt, until: Timestamp::UNIX_EPOCH }
}

fn online() -> LinkState {
    LinkState::Online { since: Timestamp::UNIX_EPOCH }
}

#[test]
fn the_history_of_a_flapping_link_is_bounded_and_its_changes_share_failures() {
    let table = with_history(10);
    let token = table.register(&id("a"), Revision::FIRST, connecting());
    for flap in 0..100 {
        for state in [online(), waiting(if flap % 2 == 0 { "here" } else { "there" }, 1)] {
            table.write(&id("a"), token, Revision::FIRST, state, None);
        }
    }
    let history = table.history(&id("a"));
    assert_eq!(history.len(), 10);
    let failures: Vec<_> = history.iter().filter_map(|change| change.failure.clone()).collect();
    let distinct: HashSet<_> = failures.iter().map(Arc::as_ptr).collect();
    assert_eq!((failures.len(), distinct.len()), (5, 2), "each failure is kept once");
}

#[test]
fn changed_statuses_are_reported_and_make_a_new_version() {
    let reported = Arc::new(Mutex::new(Vec::new()));
    let observer = {
        let reported = Arc::clone(&reported);
        Box::new(move |id: &ConnectionId| reported.lock().push(id.clone()))
    };
    let table = StatusTable::new(Arc::new(Noon), 3, observer);
    let (a, b) = (id("a"), id("b"));
    let mut last = table.version();
    let mut is_new = |table: &StatusTable| std::mem::replace(&mut last, table.version()) != last;

    let token = table.register(&a, Revision::FIRST, connecting());
    assert!(is_new(&table));
    table.register(&b, Revision::FIRST, connecting());
    assert!(is_new(&table));
    assert!(reported.lock().is_empty(), "the caller of register knows the link");

    table.write(&a, token, Revision::FIRST, online(), None);
    assert!(is_new(&table));
    table.write(&a, token, Revision::FIRST, waiting("x", 1), None);
    assert!(is_new(&table));
    assert_eq!(*reported.lock(), [a.clone(), a.clone()]);

    table.write(&a, token, Revision::FIRST, waiting("x", 1), None);
    assert!(!is_new(&table), "nothing has changed");
    table.unregister(&b);
    assert!(is_new(&table));
    table.unregister(&b);
    table.unregister(&a);
    assert!(is_new(&table));
    table.write(&a, token, Revision::FIRST, online(), None);
    assert!(!is_new(&table), "the link was removed");
    assert_eq!(reported.lock().len(), 2);
}

/// The version must not be behind a status that was read: a list cached under it would stay outdated.
#[tokio::test]
async fn an_outcome_is_never_newer_than_the_version() {
    let table = Arc::new(table());
    let token = table.register(&id("a"), Revision::FIRST, connecting());
    let before = table.version();
    let waiter = tokio::spawn({
        let table = Arc::clone(&table);
        async move {
            table.first_outcome(&id("a"), Revision::FIRST).await;
            table.version()
        }
    });
    tokio::task::yield_now().await;
    table.write(&id("a"), token, Revision::FIRST, online(), None);
    assert_ne!(waiter.await.expect("no panic"), before);
}

#[tokio::test]
async fn retries_are_not_recorded_and_the_history_is_bounded() {
    let table = table();
    let a = id("a");
    let token = table.register(&a, Revision::FIRST, connecting());
    let write = |state| table.write(&a, token, Revision::FIRST, state, None);
    for attempt in 1..9 {
        write(waiting("x", attempt));
    }
    let states =
        || table.history(&a).iter().map(|change| change.state.as_str()).collect::<Vec<_>>();
    assert_eq!(states(), ["waiting", "connecting"]);
    write(online());
    write(waiting("x", 1));
    assert_eq!(states(), ["waiting", "online", "waiting"]);
}

#[tokio::test]
async fn the_token_of_a_removed_link_writes_nothing() {
    let table = table();
    let a = id("a");
    let old = table.register(&a, Revision::FIRST, connecting());
    table.unregister(&a);
    table.write(&a, old, Revision::FIRST, online(), None);
    assert_eq!(table.status(&a), None);
    table.register(&a, Revision::FIRST, connecting());
    table.write(&a, old, Revision::FIRST, online(), None);
    assert!(!table.status(&a).expect("registered").connected());
}

#[tokio::test]
async fn a_waiter_gets_the_outcome_of_its_revision() {
    let table = Arc::new(table());
    let a = id("a");
    let second = Revision::FIRST.next();
    let token = table.register(&a, Revision::FIRST, connecting());
    let waiter = tokio::spawn({
        let (table, a) = (Arc::clone(&table), a.clone());
        async move { table.first_outcome(&a, second).await }
    });
    // The first revision has an outcome, the second has none yet.
    table.write(&a, token, Revision::FIRST, waiting("x", 1), None);
    tokio::task::yield_now().await;
    table.write(&a, token, second, connecting(), None);
    tokio::task::yield_now().await;
    assert!(!waiter.is_finished());
    table.write(&a, token, second, online(), None);
    assert!(waiter.await.expect("no panic").expect("registered").connected());

    let third = tokio::time::timeout(
        Duration::from_secs(9),
        futures_util::future::join(table.first_outcome(&a, second.next()), async {
            table.unregister(&a);
        }),
    );
    assert_eq!(third.await.expect("in time").0, None, "the link was removed");
    assert_eq!(table.first_outcome(&a, second).await, None, "the link does not exist");
}

/// A clock that is set in minutes.
#[derive(Default)]
struct ManualClock(std::sync::atomic::AtomicI64);

impl ManualClock {
    fn set(&self, minutes: i64) {
        self.0.store(minutes * 60, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let seconds = self.0.load(Ordering::Relaxed);
        Timestamp::from_second(seconds).expect("in range")
    }

    fn steady(&self) -> Duration {
        Duration::ZERO
    }
}

fn minute(minutes: i64) -> Timestamp {
    Timestamp::from_second(minutes * 60).expect("in range")
}

fn change(at: i64, since: Since, state: HistoryState, failure: Option<&str>) -> StatusChange {
    let failure = failure.map(|why| Arc::new(failure::unknown_name(why)));
    StatusChange { at: minute(at), since, state, failure }
}

/// A link that was up from minute 10 on, was last observed in minute 20, and is registered in minute `now`.
fn resumed(
    changes: Vec<StatusChange>,
    now: i64,
    state: LinkState,
) -> (StatusTable, Arc<ManualClock>, StatusToken) {
    let manual = Arc::new(ManualClock::default());
    manual.set(now);
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&manual);
    let table = StatusTable::new(clock, 100, Box::new(|_| ()));
    let mut recorded = RecordedHistory::until(minute(20));
    for change in changes {
        recorded.push(change);
    }
    table.restore(HashMap::from([(id("a"), recorded)]));
    let token = table.register(&id("a"), Revision::FIRST, state);
    table.discard_restored();
    (table, manual, token)
}

fn was_up() -> Vec<StatusChange> {
    vec![change(10, Since::Exactly(minute(10)), HistoryState::Online, None)]
}

/// The history, the newest first, as `state at since`, with a `~` before an inexact time.
fn shown(table: &StatusTable) -> Vec<String> {
    let text = |change: StatusChange| {
        let minutes = |at: Timestamp| at.as_second() / 60;
        let known = if change.since.is_exact() { "" } else { "~" };
        format!(
            "{} {} {known}{}",
            change.state.as_str(),
            minutes(change.at),
            minutes(change.since.at())
        )
    };
    table.history(&id("a")).into_iter().map(text).collect()
}

fn since(table: &StatusTable) -> Since {
    table.status(&id("a")).expect("registered").since
}

#[test]
fn a_link_found_in_the_same_state_after_a_short_restart_keeps_its_time() {
    let (table, manual, token) = resumed(was_up(), 21, connecting());
    assert_eq!(shown(&table), ["unobserved 20 20", "online 10 10"], "not observed yet");
    assert_eq!(since(&table), Since::Exactly(minute(21)), "it dials");
    manual.set(22);
    table.write(&id("a"), token, Revision::FIRST, online(), None);
    assert_eq!(since(&table), Since::Exactly(minute(10)));
    assert_eq!(shown(&table), ["online 22 10", "unobserved 20 20", "online 10 10"]);
    manual.set(30);
    table.write(&id("a"), token, Revision::FIRST, waiting("x", 1), None);
    assert_eq!(since(&table), Since::Exactly(minute(30)), "later changes have exact times");
}

#[test]
fn a_state_found_after_a_long_restart_or_found_changed_has_a_lower_bound() {
    for (now, state) in
        [(22, online()), (21, waiting("x", 1)), (19, online()), (40_000_000, online())]
    {
        let (table, _, token) = resumed(was_up(), now, connecting());
        table.write(&id("a"), token, Revision::FIRST, state, None);
        assert_eq!(since(&table), Since::AtLeast(minute(now)), "{now}");
        let gap = now.min(20);
        assert_eq!(
            shown(&table)[1..],
            [format!("unobserved {gap} {gap}"), "online 10 10".to_owned()]
        );
    }
}

#[test]
fn a_failure_with_the_same_code_keeps_its_time() {
    let was_down = || vec![change(10, Since::AtLeast(minute(9)), HistoryState::Waiting, Some("x"))];
    let (table, _, token) = resumed(was_down(), 21, connecting());
    table.write(&id("a"), token, Revision::FIRST, waiting("another host", 1), None);
    assert_eq!(since(&table), Since::AtLeast(minute(9)), "an inexact time stays inexact");
    let (table, _, token) = resumed(was_down(), 21, connecting());
    let failure = Arc::new(failure::panicked());
    let state = LinkState::Waiting { failure, attempt: 1, until: minute(30) };
    table.write(&id("a"), token, Revision::FIRST, state, None);
    assert_eq!(since(&table), Since::AtLeast(minute(21)));
}

#[test]
fn an_idle_link_needs_no_observation() {
    let was_idle = vec![change(10, Since::Exactly(minute(10)), HistoryState::Idle, None)];
    let (table, ..) = resumed(was_idle, 40_000, LinkState::Idle);
    assert_eq!(since(&table), Since::Exactly(minute(10)));
    assert_eq!(shown(&table), ["idle 10 10"]);
    assert!(!table.has_unrecorded());

    // Disconnected while haltere did not run.
    let (table, ..) = resumed(was_up(), 30, LinkState::Idle);
    assert_eq!(shown(&table), ["idle 30 ~30", "unobserved 20 20", "online 10 10"]);

    // Disconnected or edited before the first attempt ended.
    for (revision, state) in [(1, LinkState::Idle), (2, online())] {
        let (table, manual, token) = resumed(was_up(), 21, connecting());
        manual.set(22);
        table.write(&id("a"), token, Revision(revision), state, None);
        assert_eq!(since(&table), Since::Exactly(minute(22)));
    }
}

#[test]
fn a_connection_edited_after_the_last_observation_does_not_keep_its_time() {
    let table = table();
    let mut recorded = RecordedHistory::until(Timestamp::UNIX_EPOCH);
    recorded.push(change(-9, Since::Exactly(minute(-9)), HistoryState::Online, None));
    recorded.mark_edited();
    table.restore(HashMap::from([(id("a"), recorded)]));
    let token = table.register(&id("a"), Revision::FIRST, connecting());
    table.write(&id("a"), token, Revision::FIRST, online(), None);
    assert_eq!(since(&table), Since::AtLeast(Timestamp::UNIX_EPOCH));
}

/// The process died before the first attempt ended, perhaps several times.
#[test]
fn consecutive_gaps_are_one_change() {
    let mut changes = was_up();
    changes.push(change(18, Since::Exactly(minute(18)), HistoryState::Unobserved, None));
    for (now, expected) in [(19, Since::Exactly(minute(10))), (21, Since::AtLeast(minute(21)))] {
        let (table, _, token) = resumed(changes.clone(), now, connecting());
        assert_eq!(shown(&table), ["unobserved 18 18", "online 10 10"]);
        table.write(&id("a"), token, Revision::FIRST, online(), None);
        assert_eq!(since(&table), expected);
    }
}

#[test]
fn each_change_is_taken_once_and_returned_changes_again() {
    let table = with_history(5);
    let token = table.register(&id("a"), Revision::FIRST, connecting());
    let flap = |times: usize| {
        for _ in 0..times {
            table.write(&id("a"), token, Revision::FIRST, online(), None);
            table.write(&id("a"), token, Revision::FIRST, waiting("x", 1), None);
        }
    };
    let states = |batch: &[UnrecordedChanges]| -> Vec<Vec<&str>> {
        let changes = batch.iter().map(|link| link.changes.iter());
        changes.map(|changes| changes.map(|change| change.state.as_str()).collect()).collect()
    };
    let batch = table.take_unrecorded(10, 10);
    assert_eq!(states(&batch), [["connecting"]]);
    assert!(!table.has_unrecorded());
    assert!(table.take_unrecorded(10, 10).is_empty());

    flap(1);
    table.return_unrecorded(batch);
    let batch = table.take_unrecorded(10, 10);
    assert_eq!(states(&batch), [["connecting", "online", "waiting"]]);
    // More changes than the history keeps, and than are requested.
    flap(50);
    table.return_unrecorded(batch);
    let batch = table.take_unrecorded(10, 2);
    assert_eq!(states(&batch), [["online", "waiting"]]);
    // A new link has replaced it.
    table.unregister(&id("a"));
    table.register(&id("a"), Revision::FIRST, connecting());
    table.return_unrecorded(batch);
    assert_eq!(states(&table.take_unrecorded(10, 10)), [["connecting"]]);
}

#[test]
fn a_batch_is_bounded() {
    let table = table();
    for n in 0..10 {
        table.register(&id(&n.to_string()), Revision::FIRST, connecting());
    }
    let batches: Vec<_> =
        std::iter::from_fn(|| Some(table.take_unrecorded(4, 9).len()).filter(|n| *n > 0)).collect();
    assert_eq!(batches, [4, 4, 2]);
}

#[test]
fn the_latest_changes_of_several_links_are_in_one_order_and_paged() {
    let clock = Arc::new(ManualClock(0.into()));
    let table = StatusTable::new(Arc::<ManualClock>::clone(&clock), 10, Box::new(|_| ()));
    let ids = [id("a"), id("b"), id("hidden")];
    let tokens = ids.each_ref().map(|id| table.register(id, Revision::FIRST, connecting()));
    let write = |link: usize, minutes: i64, state: LinkState| {
        clock.set(minutes);
        table.write(&ids[link], tokens[link], Revision::FIRST, state, None);
    };
    write(0, 1, online());
    write(1, 2, waiting("b", 1));
    write(2, 2, online());
    write(0, 3, waiting("a", 1));
    write(1, 3, online());
    // Twice at once, and with the clock set back.
    write(0, 3, online());
    write(1, 1, waiting("b", 1));

    let read = |limit: usize, after: Option<&ChangePosition>| {
        let is_wanted = |change: &StatusChange| change.state != HistoryState::Connecting;
        table.latest_changes(&[&ids[0], &ids[1]], limit, after, &is_wanted)
    };
    let text = |(position, change): (&ChangePosition, &StatusChange)| {
        let minutes = position.at / 60_000;
        format!("{minutes} {} {}", position.connection.as_str(), change.state.as_str())
    };
    let all: Vec<_> = read(100, None).iter().map(text).collect();
    let expected =
        ["3 a online", "3 a waiting", "3 b online", "2 b waiting", "1 a online", "1 b waiting"];
    assert_eq!(all, expected);
    for limit in 1..=6 {
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = read(limit, after.as_ref());
            assert!(page.len() <= limit);
            let Some((last, _)) = page.last_key_value() else { break };
            after = Some(last.clone());
            paged.extend(page.iter().map(text));
        }
        assert_eq!(paged, expected, "{limit} per page");
    }
}
