//! Repeats of an entry within a short time become one more entry, with a count.
//!
//! The first entry of a kind opens a *window* and is written as it is. Entries of the same kind are counted while the
//! window is open, and written as one entry when it closes.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{AuditEntry, AuditRepeats};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::OnceCell;
use tokio::time::Instant;

/// The windows of one type of entry, by caller and kind. Entries of the same kind are repeats.
pub(super) struct Repeats<Caller, Kind> {
    bounds: Bounds,
    windows: Mutex<Windows<Caller, Kind>>,
}

/// The limits of windows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// How long a window is open.
    pub(super) span: Duration,
    /// The most open windows of one caller.
    pub(super) per_caller: usize,
    /// What to do if a caller has that many.
    pub(super) when_full: WhenFull,
    /// The most open windows of all callers.
    pub(super) total: usize,
}

/// What happens if a caller at the limit needs another window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhenFull {
    CloseOldest,
    Refuse,
}

struct Windows<Caller, Kind> {
    by_caller: HashMap<Caller, HashMap<Kind, Arc<Window>>>,
    open: usize,
    /// The sums of closed windows.
    closed: Vec<AuditEntry>,
}

/// An open window.
pub(super) struct Window {
    ends: Instant,
    /// Set once the first entry is written.
    pub(super) first: OnceCell<()>,
    count: Mutex<Count>,
}

enum Count {
    Nothing,
    /// The last repeat, with their number; without an object if they have different ones.
    Repeats(Box<AuditEntry>),
    Closed,
}

impl<Caller: Eq + Hash + Clone, Kind: Eq + Hash + Clone> Repeats<Caller, Kind> {
    pub(super) fn new(bounds: Bounds) -> Self {
        let windows = Windows { by_caller: HashMap::new(), open: 0, closed: Vec::new() };
        Self { bounds, windows: Mutex::new(windows) }
    }

    /// The open window of this kind, or a new one; `None` at the limit.
    pub(super) fn window(&self, caller: &Caller, kind: &Kind, now: Instant) -> Option<Arc<Window>> {
        let Bounds { span, per_caller, when_full, total } = self.bounds;
        let mut windows = self.lock();
        if let Some(window) = windows.by_caller.get(caller).and_then(|own| own.get(kind))
            && window.ends > now
        {
            return Some(Arc::clone(window));
        }
        windows.close(caller, kind);
        match when_full {
            WhenFull::CloseOldest => windows.close_oldest(caller, per_caller),
            WhenFull::Refuse => windows.close_ended(caller, now),
        }
        let own = windows.by_caller.get(caller).map_or(0, HashMap::len);
        if own >= per_caller || windows.open >= total {
            return None;
        }
        let window = Arc::new(Window::new(now + span));
        let own = windows.by_caller.entry(caller.clone()).or_default();
        own.insert(kind.clone(), Arc::clone(&window));
        windows.open += 1;
        Some(window)
    }

    /// Closes the windows that ended by `over`, or all; returns their sums.
    pub(super) fn take_closed(&self, over: Option<Instant>) -> Vec<AuditEntry> {
        let mut windows = self.lock();
        let Windows { by_caller, open, closed } = &mut *windows;
        by_caller.retain(|_, own| {
            own.retain(|_, window| {
                let stays = over.is_some_and(|now| window.ends > now);
                if !stays {
                    *open -= 1;
                    closed.extend(window.close());
                }
                stays
            });
            !own.is_empty()
        });
        std::mem::take(closed)
    }

    /// Whether there is nothing to write, now or later.
    pub(super) fn is_empty(&self) -> bool {
        let windows = self.lock();
        windows.open == 0 && windows.closed.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Windows<Caller, Kind>> {
        self.windows.lock()
    }
}

impl<Caller: Eq + Hash, Kind: Eq + Hash + Clone> Windows<Caller, Kind> {
    /// Closes the oldest window of a caller at the limit.
    fn close_oldest(&mut self, caller: &Caller, at_most: usize) {
        let own = self.by_caller.get(caller).filter(|own| own.len() >= at_most);
        let oldest = own.and_then(|own| own.iter().min_by_key(|(_, window)| window.ends));
        if let Some(oldest) = oldest.map(|(kind, _)| kind.clone()) {
            self.close(caller, &oldest);
        }
    }

    /// Closes the windows of a caller that have ended, so that they do not count.
    fn close_ended(&mut self, caller: &Caller, now: Instant) {
        let own = self.by_caller.get(caller).into_iter().flatten();
        let over = own.filter(|(_, window)| window.ends <= now);
        let over: Vec<_> = over.map(|(kind, _)| kind.clone()).collect();
        for kind in over {
            self.close(caller, &kind);
        }
    }

    fn close(&mut self, caller: &Caller, kind: &Kind) {
        let Some(own) = self.by_caller.get_mut(caller) else { return };
        if let Some(window) = own.remove(kind) {
            self.open -= 1;
            self.closed.extend(window.close());
        }
    }
}

impl Window {
    fn new(ends: Instant) -> Self {
        Self { ends, first: OnceCell::new(), count: Mutex::new(Count::Nothing) }
    }

    /// Counts a repeat; `false` if the window has closed and nothing was counted.
    pub(super) fn count(&self, entry: &AuditEntry) -> bool {
        let mut count = self.count.lock();
        let (times, since, is_same_object) = match &*count {
            Count::Closed => return false,
            Count::Nothing => (1, entry.at, true),
            Count::Repeats(last) => {
                let before = last.repeats.unwrap_or(AuditRepeats { times: 1, since: last.at });
                (before.times.saturating_add(1), before.since, last.object == entry.object)
            }
        };
        let repeats = Some(AuditRepeats { times, since });
        let mut sum = AuditEntry { repeats, ..entry.clone() };
        if !is_same_object {
            sum.object.clear();
        }
        *count = Count::Repeats(Box::new(sum));
        true
    }

    /// Closes it; returns the sum, if there were repeats.
    fn close(&self) -> Option<AuditEntry> {
        let mut count = self.count.lock();
        match std::mem::replace(&mut *count, Count::Closed) {
            Count::Repeats(last) => Some(*last),
            Count::Nothing | Count::Closed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{AuditAction, AuditChanges, AuditOutcome, Timestamp};

    use super::*;

    const SPAN: Duration = Duration::from_secs(10);

    fn repeats() -> Repeats<&'static str, u32> {
        bounded(WhenFull::CloseOldest)
    }

    fn bounded(when_full: WhenFull) -> Repeats<&'static str, u32> {
        Repeats::new(Bounds { span: SPAN, per_caller: 2, when_full, total: 3 })
    }

    fn entry(second: i64) -> AuditEntry {
        AuditEntry {
            at: Timestamp::from_second(second).unwrap(),
            actor: "ada".to_owned(),
            address: None,
            request_id: second.to_string(),
            action: AuditAction::ConnectionReadSecrets,
            object: String::new(),
            outcome: AuditOutcome::Success,
            detail: String::new(),
            changes: AuditChanges::none(),
            repeats: None,
        }
    }

    /// The request of the last repeat, their number, and the time of the first.
    fn sums(entries: &[AuditEntry]) -> Vec<(&str, u64, i64)> {
        let sum = |entry: &'_ AuditEntry| {
            let AuditRepeats { times, since } = entry.repeats.expect("a sum");
            (times, since.as_second())
        };
        entries.iter().map(|it| (it.request_id.as_str(), sum(it).0, sum(it).1)).collect()
    }

    #[test]
    fn repeats_are_summed_up_when_the_window_closes() {
        let (repeats, now) = (repeats(), Instant::now());
        let window = repeats.window(&"ada", &1, now).expect("below the limit");
        let same = repeats.window(&"ada", &1, now + SPAN / 2).expect("below the limit");
        assert!(Arc::ptr_eq(&window, &same));
        for second in [3, 4, 5] {
            assert!(window.count(&entry(second)));
        }
        assert_eq!(repeats.take_closed(Some(now + SPAN / 2)), []);
        assert_eq!(sums(&repeats.take_closed(Some(now + SPAN))), [("5", 3, 3)]);
        assert!(!window.count(&entry(6)), "a late entry would be lost");
        assert!(repeats.is_empty());
        let next = repeats.window(&"ada", &1, now + SPAN).expect("below the limit");
        assert!(!Arc::ptr_eq(&window, &next));
        assert_eq!(repeats.take_closed(None), [], "no sum without repeats");
    }

    #[test]
    fn a_window_that_has_ended_does_not_delay_the_next_one() {
        let (repeats, now) = (repeats(), Instant::now());
        assert!(repeats.window(&"ada", &1, now).expect("below the limit").count(&entry(1)));
        assert!(repeats.window(&"ada", &1, now + SPAN).expect("below the limit").count(&entry(2)));
        assert_eq!(sums(&repeats.take_closed(None)), [("1", 1, 1), ("2", 1, 2)]);
    }

    #[test]
    fn windows_are_limited_per_caller_and_in_total() {
        let (repeats, now) = (repeats(), Instant::now());
        assert!(repeats.window(&"ada", &1, now).expect("below the limit").count(&entry(1)));
        let second = Duration::from_secs(1);
        assert!(
            repeats.window(&"ada", &2, now + second).expect("below the limit").count(&entry(2))
        );
        let third = repeats.window(&"ada", &3, now + second * 2).expect("replaces its oldest");
        assert!(third.count(&entry(3)));
        assert_eq!(sums(&repeats.take_closed(Some(now))), [("1", 1, 1)], "the oldest has closed");
        assert!(repeats.window(&"eve", &1, now).is_some());
        assert!(repeats.window(&"eve", &2, now).is_none(), "three is the limit");
        assert!(repeats.window(&"ada", &4, now).is_some(), "replaces its oldest");
        repeats.take_closed(None);
        assert!(repeats.window(&"eve", &2, now).is_some());
    }

    #[test]
    fn refusing_a_window_closes_no_other_early() {
        let (repeats, now) = (bounded(WhenFull::Refuse), Instant::now());
        assert!(repeats.window(&"ada", &1, now).expect("below the limit").count(&entry(1)));
        let later = now + SPAN / 2;
        assert!(repeats.window(&"ada", &2, later).expect("below the limit").count(&entry(2)));
        assert!(repeats.window(&"ada", &3, later).is_none());
        assert!(repeats.window(&"ada", &1, later).expect("still open").count(&entry(3)));
        assert!(repeats.window(&"eve", &3, later).is_some());
        assert!(repeats.window(&"ada", &3, now + SPAN).is_some(), "the first one has ended");
        assert_eq!(sums(&repeats.take_closed(Some(now + SPAN))), [("3", 2, 1)]);
    }
}
