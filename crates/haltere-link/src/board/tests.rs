use std::time::Duration;

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

fn board() -> Board {
    Board::new(Arc::new(Noon), 3)
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
fn the_history_of_a_link_that_flaps_is_bounded_and_its_lines_share_their_words() {
    let board = Board::new(Arc::new(Noon), 10);
    let ticket = board.give(&id("a"), Revision::FIRST, connecting());
    for flap in 0..100 {
        for state in [online(), waiting(if flap % 2 == 0 { "here" } else { "there" }, 1)] {
            board.write(&id("a"), ticket, Revision::FIRST, state, None);
        }
    }
    let history = board.history(&id("a"));
    assert_eq!(history.len(), 10);
    let failures: Vec<_> = history.iter().filter_map(|line| line.failure.clone()).collect();
    let words: HashSet<_> = failures.iter().map(Arc::as_ptr).collect();
    assert_eq!((failures.len(), words.len()), (5, 2), "each way to fail is kept once");
}

#[tokio::test]
async fn changes_are_told_once_per_link() {
    let board = board();
    let (a, b) = (id("a"), id("b"));
    let ticket = board.give(&a, Revision::FIRST, connecting());
    board.give(&b, Revision::FIRST, connecting());
    board.write(&a, ticket, Revision::FIRST, online(), None);
    let mut changed = board.changes().await.expect("open");
    changed.sort();
    assert_eq!(changed, [a.clone(), b]);

    board.write(&a, ticket, Revision::FIRST, online(), None);
    board.take_back(&id("unknown"));
    board.close();
    assert_eq!(board.changes().await, None, "what changes nothing is not told");
    assert_eq!(board.changes().await, None);
}

#[tokio::test]
async fn retries_make_no_history_and_it_is_bounded() {
    let board = board();
    let a = id("a");
    let ticket = board.give(&a, Revision::FIRST, connecting());
    let write = |state| board.write(&a, ticket, Revision::FIRST, state, None);
    for attempt in 1..9 {
        write(waiting("x", attempt));
    }
    let states = || board.history(&a).iter().map(|line| line.state.as_str()).collect::<Vec<_>>();
    assert_eq!(states(), ["waiting", "connecting"]);
    write(online());
    write(waiting("x", 1));
    assert_eq!(states(), ["waiting", "online", "waiting"]);
}

#[tokio::test]
async fn a_void_ticket_writes_nothing() {
    let board = board();
    let a = id("a");
    let old = board.give(&a, Revision::FIRST, connecting());
    board.take_back(&a);
    board.write(&a, old, Revision::FIRST, online(), None);
    assert_eq!(board.status(&a), None);
    board.give(&a, Revision::FIRST, connecting());
    board.write(&a, old, Revision::FIRST, online(), None);
    assert!(!board.status(&a).expect("has a place").connected());
}

#[tokio::test]
async fn an_outcome_is_waited_for() {
    let board = Arc::new(board());
    let a = id("a");
    let second = Revision::FIRST.next();
    let ticket = board.give(&a, Revision::FIRST, connecting());
    let waiter = tokio::spawn({
        let (board, a) = (Arc::clone(&board), a.clone());
        async move { board.first_outcome(&a, second).await }
    });
    // Its own revision has an outcome, but not yet the one that is asked for.
    board.write(&a, ticket, Revision::FIRST, waiting("x", 1), None);
    tokio::task::yield_now().await;
    board.write(&a, ticket, second, connecting(), None);
    tokio::task::yield_now().await;
    assert!(!waiter.is_finished());
    board.write(&a, ticket, second, online(), None);
    assert!(waiter.await.expect("no panic").expect("has a place").connected());

    let third = tokio::time::timeout(
        Duration::from_secs(9),
        futures_util::future::join(board.first_outcome(&a, second.next()), async {
            board.take_back(&a);
        }),
    );
    assert_eq!(third.await.expect("in time").0, None, "the place was lost");
    assert_eq!(board.first_outcome(&a, second).await, None, "there is no place");
}

/// A clock that shows the minutes it is set to.
#[derive(Default)]
struct Watch(std::sync::atomic::AtomicI64);

impl Watch {
    fn set(&self, minutes: i64) {
        self.0.store(minutes * 60, std::sync::atomic::Ordering::Relaxed);
    }
}

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        let seconds = self.0.load(std::sync::atomic::Ordering::Relaxed);
        Timestamp::from_second(seconds).expect("a moment")
    }

    fn steady(&self) -> Duration {
        Duration::ZERO
    }
}

fn minute(minutes: i64) -> Timestamp {
    Timestamp::from_second(minutes * 60).expect("a moment")
}

fn line(at: i64, since: Since, state: HistoryState, failure: Option<&str>) -> StatusChange {
    let failure = failure.map(|why| Arc::new(failure::unknown_name(why)));
    StatusChange { at: minute(at), since, state, failure }
}

/// A link that was up from minute 10 on, was last looked at in minute 20, and gets its place in minute `now`.
fn resumed(lines: Vec<StatusChange>, now: i64, state: LinkState) -> (Board, Arc<Watch>, Ticket) {
    let watch = Arc::new(Watch::default());
    watch.set(now);
    let clock: Arc<dyn Clock> = Arc::<Watch>::clone(&watch);
    let board = Board::new(clock, 100);
    let mut past = Past::until(minute(20));
    for line in lines {
        past.push(line);
    }
    board.recall(HashMap::from([(id("a"), past)]));
    let ticket = board.give(&id("a"), Revision::FIRST, state);
    board.forget_past();
    (board, watch, ticket)
}

fn was_up() -> Vec<StatusChange> {
    vec![line(10, Since::Exactly(minute(10)), HistoryState::Online, None)]
}

/// Newest first, as `state at since`, with a `~` before what is not known exactly.
fn told(board: &Board) -> Vec<String> {
    let shown = |line: StatusChange| {
        let minutes = |at: Timestamp| at.as_second() / 60;
        let known = if line.since.is_exact() { "" } else { "~" };
        format!("{} {} {known}{}", line.state.as_str(), minutes(line.at), minutes(line.since.at()))
    };
    board.history(&id("a")).into_iter().map(shown).collect()
}

fn since(board: &Board) -> Since {
    board.status(&id("a")).expect("has a place").since
}

#[test]
fn a_link_found_as_it_was_left_a_moment_ago_goes_on() {
    let (board, watch, ticket) = resumed(was_up(), 21, connecting());
    assert_eq!(told(&board), ["unobserved 20 20", "online 10 10"], "nobody has looked yet");
    assert_eq!(since(&board), Since::Exactly(minute(21)), "it dials");
    watch.set(22);
    board.write(&id("a"), ticket, Revision::FIRST, online(), None);
    assert_eq!(since(&board), Since::Exactly(minute(10)));
    assert_eq!(told(&board), ["online 22 10", "unobserved 20 20", "online 10 10"]);
    watch.set(30);
    board.write(&id("a"), ticket, Revision::FIRST, waiting("x", 1), None);
    assert_eq!(since(&board), Since::Exactly(minute(30)), "from then on all is as ever");
}

#[test]
fn what_is_found_after_a_long_time_or_otherwise_than_left_is_so_at_least_since_then() {
    for (now, state) in
        [(22, online()), (21, waiting("x", 1)), (19, online()), (40_000_000, online())]
    {
        let (board, _, ticket) = resumed(was_up(), now, connecting());
        board.write(&id("a"), ticket, Revision::FIRST, state, None);
        assert_eq!(since(&board), Since::AtLeast(minute(now)), "{now}");
        let gap = now.min(20);
        assert_eq!(
            told(&board)[1..],
            [format!("unobserved {gap} {gap}"), "online 10 10".to_owned()]
        );
    }
}

#[test]
fn a_failure_goes_on_when_its_code_is_the_same() {
    let was_down = || vec![line(10, Since::AtLeast(minute(9)), HistoryState::Waiting, Some("x"))];
    let (board, _, ticket) = resumed(was_down(), 21, connecting());
    board.write(&id("a"), ticket, Revision::FIRST, waiting("another host", 1), None);
    assert_eq!(since(&board), Since::AtLeast(minute(9)), "what was unknown stays unknown");
    let (board, _, ticket) = resumed(was_down(), 21, connecting());
    let failure = Arc::new(failure::panicked());
    let state = LinkState::Waiting { failure, attempt: 1, until: minute(30) };
    board.write(&id("a"), ticket, Revision::FIRST, state, None);
    assert_eq!(since(&board), Since::AtLeast(minute(21)));
}

#[test]
fn an_order_is_no_observation() {
    let was_idle = vec![line(10, Since::Exactly(minute(10)), HistoryState::Idle, None)];
    let (board, ..) = resumed(was_idle, 40_000, LinkState::Idle);
    assert_eq!(since(&board), Since::Exactly(minute(10)));
    assert_eq!(told(&board), ["idle 10 10"]);
    assert!(!board.has_unrecorded());

    // Disconnected by somebody while nobody looked.
    let (board, ..) = resumed(was_up(), 30, LinkState::Idle);
    assert_eq!(told(&board), ["idle 30 ~30", "unobserved 20 20", "online 10 10"]);

    // Disconnected, or edited, before the first attempt has come to an end.
    for (revision, state) in [(1, LinkState::Idle), (2, online())] {
        let (board, watch, ticket) = resumed(was_up(), 21, connecting());
        watch.set(22);
        board.write(&id("a"), ticket, Revision(revision), state, None);
        assert_eq!(since(&board), Since::Exactly(minute(22)));
    }
}

#[test]
fn a_connection_that_was_edited_meanwhile_does_not_go_on() {
    let board = board();
    let mut past = Past::until(Timestamp::UNIX_EPOCH);
    past.push(line(-9, Since::Exactly(minute(-9)), HistoryState::Online, None));
    past.was_edited();
    board.recall(HashMap::from([(id("a"), past)]));
    let ticket = board.give(&id("a"), Revision::FIRST, connecting());
    board.write(&id("a"), ticket, Revision::FIRST, online(), None);
    assert_eq!(since(&board), Since::AtLeast(Timestamp::UNIX_EPOCH));
}

/// The process died before the first attempt came to an end, perhaps again and again.
#[test]
fn a_gap_within_a_gap_is_one_gap() {
    let mut lines = was_up();
    lines.push(line(18, Since::Exactly(minute(18)), HistoryState::Unobserved, None));
    for (now, expected) in [(19, Since::Exactly(minute(10))), (21, Since::AtLeast(minute(21)))] {
        let (board, _, ticket) = resumed(lines.clone(), now, connecting());
        assert_eq!(told(&board), ["unobserved 18 18", "online 10 10"]);
        board.write(&id("a"), ticket, Revision::FIRST, online(), None);
        assert_eq!(since(&board), expected);
    }
}

#[test]
fn each_line_is_recorded_once_and_what_is_given_back_again() {
    let board = Board::new(Arc::new(Noon), 5);
    let ticket = board.give(&id("a"), Revision::FIRST, connecting());
    let flap = |times: usize| {
        for _ in 0..times {
            board.write(&id("a"), ticket, Revision::FIRST, online(), None);
            board.write(&id("a"), ticket, Revision::FIRST, waiting("x", 1), None);
        }
    };
    let states = |taken: &[Unrecorded]| -> Vec<Vec<&str>> {
        let lines = taken.iter().map(|link| link.lines.iter());
        lines.map(|lines| lines.map(|line| line.state.as_str()).collect()).collect()
    };
    let taken = board.take_unrecorded(10, 10);
    assert_eq!(states(&taken), [["connecting"]]);
    assert!(!board.has_unrecorded());
    assert!(board.take_unrecorded(10, 10).is_empty());

    flap(1);
    board.give_back(taken);
    let taken = board.take_unrecorded(10, 10);
    assert_eq!(states(&taken), [["connecting", "online", "waiting"]]);
    // More than a history holds, and than is asked for.
    flap(50);
    board.give_back(taken);
    let taken = board.take_unrecorded(10, 2);
    assert_eq!(states(&taken), [["online", "waiting"]]);
    // It is another link's by then.
    board.take_back(&id("a"));
    board.give(&id("a"), Revision::FIRST, connecting());
    board.give_back(taken);
    assert_eq!(states(&board.take_unrecorded(10, 10)), [["connecting"]]);
}

#[test]
fn a_batch_is_bounded() {
    let board = board();
    for n in 0..10 {
        board.give(&id(&n.to_string()), Revision::FIRST, connecting());
    }
    let batches: Vec<_> =
        std::iter::from_fn(|| Some(board.take_unrecorded(4, 9).len()).filter(|n| *n > 0)).collect();
    assert_eq!(batches, [4, 4, 2]);
}
