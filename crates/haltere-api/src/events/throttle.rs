//! The minimum interval between the events of a stream.

use std::time::Duration;

use haltere_core::Gcra;
use tokio::time::Instant;

/// How many events are sent at once after a quiet period.
const BURST: u32 = 5;

/// The minimum interval of a client that asks for none. A broker can change its status with every packet;
/// each event costs the server, every stream and every page.
const MIN_INTERVAL: Duration = Duration::from_millis(20);

/// Spaces the events of one stream: a few at once, and then one per interval. Changes meanwhile are batched.
///
/// Between a link and a browser, changes wait here and, if the client reads slowly, for response memory.
pub(super) struct EventThrottle {
    rate: Gcra,
    arrival: Instant,
}

impl EventThrottle {
    /// A throttle of which no event was sent yet, with the interval that the client asks for.
    pub(super) fn new(interval: Duration) -> Self {
        let rate = Gcra::new(interval.max(MIN_INTERVAL), BURST);
        Self { rate, arrival: Instant::now() }
    }

    /// When the next event may be sent: now or later. Counts nothing, so a stream may ask again.
    pub(super) fn next(&self, now: Instant) -> Instant {
        now + self.rate.check(self.arrival, now).err().unwrap_or_default()
    }

    /// Counts an event that is sent now.
    pub(super) fn count(&mut self, now: Instant) {
        self.rate.count(&mut self.arrival, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_millis(200);

    /// When each of `n` events is sent, from the start on, if there is always one to send.
    fn sustained(interval: Duration, n: u32) -> Vec<Duration> {
        let mut throttle = EventThrottle::new(interval);
        let start = throttle.arrival;
        let mut now = start;
        let mut send = || {
            now = throttle.next(now);
            throttle.count(now);
            now - start
        };
        (0..n).map(|_| send()).collect()
    }

    #[test]
    fn occasional_events_are_sent_at_once() {
        let mut throttle = EventThrottle::new(INTERVAL);
        let start = Instant::now();
        for n in 0..100 {
            let now = start + n * INTERVAL;
            assert_eq!(throttle.next(now), now);
            throttle.count(now);
        }
    }

    #[test]
    fn sustained_events_are_sent_at_once_and_then_at_intervals() {
        for (asked, interval) in [(INTERVAL, INTERVAL), (Duration::ZERO, MIN_INTERVAL)] {
            let sent = sustained(asked, BURST + 20);
            let (first, rest) = sent.split_at(BURST as usize);
            assert!(first.iter().all(Duration::is_zero), "{sent:?}");
            let expected: Vec<_> = (1..=20).map(|n| n * interval).collect();
            assert_eq!(rest, expected);
        }
    }

    #[test]
    fn after_a_quiet_period_events_are_sent_at_once_again() {
        let mut throttle = EventThrottle::new(INTERVAL);
        let mut now = Instant::now();
        for _ in 0..50 {
            now = throttle.next(now);
            throttle.count(now);
        }
        now += BURST * INTERVAL;
        for _ in 0..BURST {
            assert_eq!(throttle.next(now), now);
            throttle.count(now);
        }
        assert_eq!(throttle.next(now), now + INTERVAL);
    }

    /// A stream whose interval is longer than that of its heartbeats asks several times.
    #[test]
    fn asking_again_does_not_postpone_the_event() {
        let mut throttle = EventThrottle::new(INTERVAL);
        let start = throttle.arrival;
        for _ in 0..BURST {
            throttle.count(start);
        }
        let due = throttle.next(start);
        assert_eq!(due, start + INTERVAL);
        for attempt in 1..10 {
            assert_eq!(throttle.next(start + attempt * INTERVAL / 10), due);
        }
    }
}
