//! The dial rate of the whole fleet.
//!
//! A thousand links that lose their network at once must not come back at once: that is a SYN flood
//! for the brokers, and a burst of handshakes for us.

use parking_lot::{Mutex, MutexGuard};
use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Who dials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// An operator waits for it.
    Urgent,
    /// A retry, or a start of the whole fleet.
    Patient,
}

/// By how much dials that come late may come closer together than the rate has it: a twentieth of a
/// second's dials.
const SLACK: Duration = Duration::from_millis(50);

/// Hands out slots in time, evenly spaced. Urgent dials do not queue behind patient ones, but push
/// them back, so that the rate holds for both together.
///
/// A machine that stands still for a moment lets many slots pass; the dials that had them are spaced
/// anew, lest they all start at once.
#[derive(Debug)]
pub(crate) struct Pacer {
    gap: Duration,
    next: Mutex<Next>,
}

#[derive(Debug)]
struct Next {
    urgent: Instant,
    patient: Instant,
    /// When the next dial would start if all had started evenly.
    even: Instant,
}

impl Pacer {
    /// At most `rate` slots per second.
    pub(crate) fn new(rate: NonZeroU32) -> Self {
        let now = Instant::now();
        let next = Mutex::new(Next { urgent: now, patient: now, even: now });
        Self { gap: Duration::from_secs(1) / rate.get(), next }
    }

    /// Waits for the next free slot. One that is dropped while waiting loses its slot.
    pub(crate) async fn turn(&self, urgency: Urgency) {
        let now = Instant::now();
        let slot = self.reserve(urgency, now);
        // The timer's millisecond would be a large part of what creating a connection takes.
        if slot > now {
            sleep_until(slot).await;
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

    /// When somebody whose slot has come may start: now, unless too many have just done so.
    fn start(&self, now: Instant) -> Instant {
        let mut next = self.next();
        let start = next.even.checked_sub(SLACK).map_or(now, |earliest| earliest.max(now));
        next.even = next.even.max(start) + self.gap;
        start
    }

    fn reserve(&self, urgency: Urgency, now: Instant) -> Instant {
        let mut next = self.next();
        match urgency {
            Urgency::Urgent => {
                let slot = next.urgent.max(now);
                next.urgent = slot + self.gap;
                next.patient = next.patient.max(now) + self.gap;
                slot
            }
            Urgency::Patient => {
                let slot = next.patient.max(now);
                next.patient = slot + self.gap;
                slot
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_fleet_dials_at_its_rate_and_an_operator_goes_first() {
        let pacer = Pacer::new(NonZeroU32::new(200).expect("not zero"));
        let now = Instant::now();
        let millis = |slot: Instant| slot.duration_since(now).as_millis();
        let patient: Vec<_> = (0..100).map(|_| pacer.reserve(Urgency::Patient, now)).collect();
        assert_eq!((millis(patient[0]), millis(patient[99])), (0, 495));
        assert_eq!(millis(pacer.reserve(Urgency::Urgent, now)), 0);
        assert_eq!(millis(pacer.reserve(Urgency::Urgent, now)), 5);
        assert_eq!(millis(pacer.reserve(Urgency::Patient, now)), 510);

        pacer.turn(Urgency::Patient).await;
        assert_eq!(now.elapsed().as_millis(), 515);
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_come_late_come_at_the_rate_too() {
        let pacer = Pacer::new(NonZeroU32::new(200).expect("not zero"));
        // All these slots have passed while the machine stood still.
        tokio::time::advance(Duration::from_secs(1)).await;
        let now = Instant::now();
        let starts: Vec<_> = (0..100).map(|_| pacer.start(now).duration_since(now)).collect();
        let at_once = starts.iter().filter(|start| start.is_zero()).count();
        assert_eq!(at_once, 11);
        assert_eq!((starts[11].as_millis(), starts[99].as_millis()), (5, 445));

        // Those who come evenly never wait, be it that each is a little late.
        tokio::time::advance(Duration::from_secs(1)).await;
        for late in [3, 0, 2, 1, 3, 0].repeat(50) {
            let slot = Instant::now();
            let now = slot + Duration::from_millis(late);
            assert_eq!(pacer.start(now), now);
            tokio::time::advance(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_does_not_earn_a_burst() {
        let pacer = Pacer::new(NonZeroU32::new(10).expect("not zero"));
        tokio::time::advance(Duration::from_secs(100)).await;
        let now = Instant::now();
        assert_eq!(pacer.reserve(Urgency::Patient, now), now);
        assert_eq!(pacer.reserve(Urgency::Patient, now), now + Duration::from_millis(100));
    }
}
