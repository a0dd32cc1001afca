//! The dial rate of the whole fleet.
//!
//! A thousand links that lose their network at once must not come back at once: that is a SYN flood
//! for the brokers, and a burst of handshakes for us.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
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

/// Hands out slots in time, evenly spaced. Urgent dials do not queue behind patient ones, but push
/// them back, so that the rate holds for both together.
#[derive(Debug)]
pub(crate) struct Pacer {
    gap: Duration,
    next: Mutex<Next>,
}

#[derive(Debug)]
struct Next {
    urgent: Instant,
    patient: Instant,
}

impl Pacer {
    /// At most `rate` slots per second.
    pub(crate) fn new(rate: NonZeroU32) -> Self {
        let now = Instant::now();
        let next = Mutex::new(Next { urgent: now, patient: now });
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
    }

    fn reserve(&self, urgency: Urgency, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
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
    async fn a_pause_does_not_earn_a_burst() {
        let pacer = Pacer::new(NonZeroU32::new(10).expect("not zero"));
        tokio::time::advance(Duration::from_secs(100)).await;
        let now = Instant::now();
        assert_eq!(pacer.reserve(Urgency::Patient, now), now);
        assert_eq!(pacer.reserve(Urgency::Patient, now), now + Duration::from_millis(100));
    }
}
