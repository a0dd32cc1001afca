//! The dial rate of the whole fleet.
//!
//! A thousand links that lose their network at once must not reconnect at once: that would be a SYN
//! flood for the brokers, and a burst of handshakes for haltere.

use std::num::NonZeroU32;
use std::time::Duration;

use haltere_core::Gcra;
use parking_lot::{Mutex, MutexGuard};
use tokio::time::{Instant, sleep_until};

/// Which dials go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Priority {
    /// An operator waits for the result.
    Interactive,
    /// A retry, or the start of the whole fleet.
    Background,
}

/// How far delayed dials may catch up: by the dials of 50 ms.
const BURST: Duration = Duration::from_millis(50);

/// Hands out dial times that are evenly spaced. Interactive dials do not queue behind background ones
/// but delay them, so that the rate holds for both together.
///
/// While a machine is suspended or overloaded, many reserved times pass. Those dials are spaced again
/// when they start, so that they do not start all at once.
#[derive(Debug)]
pub(crate) struct DialRateLimiter {
    /// Reserves evenly spaced times.
    reserved: Gcra,
    /// Limits the dials that start.
    started: Gcra,
    next: Mutex<Next>,
}

/// The theoretical arrival times of [`Gcra`].
#[derive(Debug)]
struct Next {
    interactive: Instant,
    background: Instant,
    started: Instant,
}

impl DialRateLimiter {
    /// Allows `rate` dials per second.
    pub(crate) fn new(rate: NonZeroU32) -> Self {
        let now = Instant::now();
        let next = Mutex::new(Next { interactive: now, background: now, started: now });
        let interval = Duration::from_secs(1) / rate.get();
        let (reserved, started) = (Gcra::new(interval, 1), Gcra::with_tolerance(interval, BURST));
        Self { reserved, started, next }
    }

    /// Waits until a dial may start. A future that is dropped while it waits loses its turn.
    pub(crate) async fn acquire(&self, priority: Priority) {
        let now = Instant::now();
        let reserved = self.reserve(priority, now);
        // A timer has a resolution of 1 ms, a large part of the time it takes to create a connection.
        if reserved > now {
            sleep_until(reserved).await;
        }
        let now = Instant::now();
        let start = self.start(now);
        if start > now {
            sleep_until(start).await;
        }
    }

    fn next(&self) -> MutexGuard<'_, Next> {
        self.next.lock()
    }

    /// When a dial may start whose reserved time has come: now, unless too many have just started.
    fn start(&self, now: Instant) -> Instant {
        self.started.reserve(&mut self.next().started, now)
    }

    /// Reserves the next free time for a dial of this priority.
    fn reserve(&self, priority: Priority, now: Instant) -> Instant {
        let mut next = self.next();
        match priority {
            Priority::Interactive => {
                self.reserved.count(&mut next.background, now);
                self.reserved.reserve(&mut next.interactive, now)
            }
            Priority::Background => self.reserved.reserve(&mut next.background, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(rate: u32) -> DialRateLimiter {
        DialRateLimiter::new(NonZeroU32::new(rate).expect("not zero"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_fleet_dials_at_its_rate_and_an_operator_goes_first() {
        let limiter = limiter(200);
        let now = Instant::now();
        let millis = |time: Instant| time.duration_since(now).as_millis();
        let background: Vec<_> =
            (0..100).map(|_| limiter.reserve(Priority::Background, now)).collect();
        assert_eq!((millis(background[0]), millis(background[99])), (0, 495));
        assert_eq!(millis(limiter.reserve(Priority::Interactive, now)), 0);
        assert_eq!(millis(limiter.reserve(Priority::Interactive, now)), 5);
        assert_eq!(millis(limiter.reserve(Priority::Background, now)), 510);

        limiter.acquire(Priority::Background).await;
        assert_eq!(now.elapsed().as_millis(), 515);
    }

    #[tokio::test(start_paused = true)]
    async fn delayed_dials_keep_the_rate() {
        let limiter = limiter(200);
        // All these times pass while the machine is suspended.
        tokio::time::advance(Duration::from_secs(1)).await;
        let now = Instant::now();
        let starts: Vec<_> = (0..100).map(|_| limiter.start(now).duration_since(now)).collect();
        let at_once = starts.iter().filter(|start| start.is_zero()).count();
        assert_eq!(at_once, 11);
        assert_eq!((starts[11].as_millis(), starts[99].as_millis()), (5, 445));

        // Evenly spaced dials never wait, even if each is a little late.
        tokio::time::advance(Duration::from_secs(1)).await;
        for late in [3, 0, 2, 1, 3, 0].repeat(50) {
            let reserved = Instant::now();
            let now = reserved + Duration::from_millis(late);
            assert_eq!(limiter.start(now), now);
            tokio::time::advance(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_allows_no_burst() {
        let limiter = limiter(10);
        tokio::time::advance(Duration::from_secs(100)).await;
        let now = Instant::now();
        assert_eq!(limiter.reserve(Priority::Background, now), now);
        assert_eq!(limiter.reserve(Priority::Background, now), now + Duration::from_millis(100));
    }
}
