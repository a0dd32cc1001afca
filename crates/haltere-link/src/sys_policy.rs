//! Whether a link subscribes to `$SYS`. Version and uptime are useful but not necessary.
//!
//! Some brokers end the session of a client that subscribes to a topic it may not read, instead of
//! refusing the subscription. Some do so seconds later, when the first message is due. A link that
//! subscribed again in each session would reconnect forever. So it counts sessions that end because of
//! the subscription: one is enough if the broker names the subscription as the reason, two in a row if
//! the sessions end immediately after it, three if they end soon after it. Then the link no longer
//! subscribes, until an edit or a restart.
//!
//! Another client with the same client id also ends sessions, and goes on doing so when the link no
//! longer subscribes. If a session without the subscription is just as short, the link subscribes again,
//! the failure names the other client, and the threshold is doubled.

use std::time::Duration;

use haltere_core::Note;

/// A session that ends within this time after SUBACK probably ends because of the subscription.
pub(crate) const IMMEDIATE_WINDOW: Duration = Duration::from_secs(2);
/// Sessions that all end within this time after SUBACK may end because of the subscription. The messages
/// under `$SYS` are usually due every 10 seconds.
pub(crate) const EARLY_WINDOW: Duration = Duration::from_secs(30);
/// A session without the subscription that is shorter than this shows that the subscription is not the cause.
const MIN_PROOF: Duration = Duration::from_secs(10);
/// The smallest and the largest number of sessions in a row that have to end immediately; one more is
/// needed if they end early.
const MIN_THRESHOLD: u8 = 2;
const MAX_THRESHOLD: u8 = 64;

/// What is added to the failure of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SysNote {
    /// The session ended immediately after the subscription.
    AfterSubscribe,
    /// The subscription is not the cause.
    WithoutSubscriptionToo,
}

impl SysNote {
    /// For the message. `is_explained`: the broker has given its reason, which needs no guess.
    pub(crate) fn note(self, is_explained: bool) -> Note {
        match self {
            Self::AfterSubscribe => Note::OnceSysAsked,
            Self::WithoutSubscriptionToo if is_explained => Note::WithoutSysToo,
            Self::WithoutSubscriptionToo => Note::PerhapsSameClientId,
        }
    }
}

/// What the end of a session says about the subscription to `$SYS` as its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SysEvidence {
    /// The session ended later, or for an unrelated reason.
    Unrelated,
    /// The session ended this long after SUBSCRIBE or SUBACK: early, but not immediately.
    Early(Duration),
    /// The session ended early or immediately, and the broker says that another client has the same
    /// client id. Some brokers give this reason for anything they have no code for.
    TakenOver(Duration),
    /// The session ended before SUBACK or immediately after it.
    Immediate,
    /// The broker said that the subscription is the reason.
    Refused,
    /// The session had no subscription and was up this long.
    NotSubscribed(Duration),
}

/// What the loss of a session means for the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SysDecision {
    /// The link stops subscribing with this loss.
    pub(crate) stops_subscribing: bool,
    /// To be added to the failure's message.
    pub(crate) note: Option<SysNote>,
}

/// What a link has learnt about subscribing to `$SYS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SysPolicy {
    /// How many sessions in a row have ended immediately.
    immediate: u8,
    /// How many have ended immediately or early.
    early: u8,
    /// The longest time between subscription and end of these, in seconds.
    longest: u8,
    /// How many are needed to stop subscribing.
    threshold: u8,
    is_suspended: bool,
}

impl Default for SysPolicy {
    fn default() -> Self {
        Self { immediate: 0, early: 0, longest: 0, threshold: MIN_THRESHOLD, is_suspended: false }
    }
}

impl SysPolicy {
    /// Whether the next session does without the subscription.
    pub(crate) fn is_suspended(self) -> bool {
        self.is_suspended
    }

    /// Takes the end of a session into account.
    pub(crate) fn session_lost(&mut self, evidence: SysEvidence) -> SysDecision {
        let was_suspended = self.is_suspended;
        let note = match evidence {
            SysEvidence::Refused => {
                self.is_suspended = true;
                Some(SysNote::AfterSubscribe)
            }
            SysEvidence::Immediate => {
                self.immediate = self.immediate.saturating_add(1);
                self.count_early(Duration::ZERO);
                if self.was_wrong() {
                    Some(SysNote::WithoutSubscriptionToo)
                } else {
                    Some(SysNote::AfterSubscribe)
                }
            }
            SysEvidence::Early(after) => {
                self.count_early(after);
                if self.was_wrong() { Some(SysNote::WithoutSubscriptionToo) } else { None }
            }
            SysEvidence::TakenOver(after) => {
                self.count_early(after);
                None
            }
            SysEvidence::NotSubscribed(lasted) if was_suspended && lasted < self.proof() => {
                let threshold = self.threshold.saturating_mul(2).min(MAX_THRESHOLD);
                *self = Self { threshold, ..Self::default() };
                Some(SysNote::WithoutSubscriptionToo)
            }
            SysEvidence::NotSubscribed(_) => None,
            SysEvidence::Unrelated => {
                let threshold = (self.threshold / 2).max(MIN_THRESHOLD);
                *self = Self { threshold, is_suspended: was_suspended, ..Self::default() };
                None
            }
        };
        SysDecision { stops_subscribing: self.is_suspended && !was_suspended, note }
    }

    fn count_early(&mut self, after: Duration) {
        self.early = self.early.saturating_add(1);
        self.longest = self.longest.max(u8::try_from(after.as_secs()).unwrap_or(u8::MAX));
        self.is_suspended = self.immediate >= self.threshold || self.early > self.threshold;
    }

    /// Whether a session without the subscription has been just as short before.
    fn was_wrong(self) -> bool {
        self.threshold > MIN_THRESHOLD
    }

    /// How long a session without the subscription has to last, to show that the subscription is the cause.
    fn proof(self) -> Duration {
        MIN_PROOF.max(2 * Duration::from_secs(self.longest.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::SysEvidence::{Early, Immediate, NotSubscribed, Refused, TakenOver, Unrelated};
    use super::*;

    const SHORT: SysEvidence = NotSubscribed(Duration::from_millis(50));
    const LONG: SysEvidence = NotSubscribed(MIN_PROOF);
    const SECONDS_LATER: SysEvidence = Early(Duration::from_secs(9));
    const TAKEN: SysEvidence = TakenOver(Duration::ZERO);

    fn after(evidence: &[SysEvidence]) -> SysPolicy {
        let mut policy = SysPolicy::default();
        for it in evidence {
            policy.session_lost(*it);
        }
        policy
    }

    #[test]
    fn two_immediate_ends_in_a_row_or_one_refusal_suspend() {
        assert!(!after(&[]).is_suspended());
        assert!(!after(&[Immediate]).is_suspended());
        assert!(after(&[Immediate, Immediate]).is_suspended());
        assert!(!after(&[Immediate, Unrelated, Immediate]).is_suspended());
        assert!(after(&[Refused]).is_suspended());
        assert!(after(&[Unrelated, Immediate, Refused]).is_suspended());
    }

    #[test]
    fn three_early_ends_in_a_row_suspend() {
        for end in [SECONDS_LATER, TAKEN] {
            assert!(!after(&[end, end]).is_suspended());
            assert!(after(&[end, end, end]).is_suspended());
            assert!(after(&[end, Immediate, end]).is_suspended());
            assert!(!after(&[end, end, Unrelated, end]).is_suspended());
        }
        // A session without the subscription has to last clearly longer than those with it.
        let all = [SECONDS_LATER; 3];
        let then =
            |seconds| after(&[&all[..], &[NotSubscribed(Duration::from_secs(seconds))]].concat());
        assert!(!then(12).is_suspended());
        assert!(then(18).is_suspended());
    }

    #[test]
    fn it_stays_suspended_while_sessions_without_the_subscription_last() {
        assert!(after(&[Immediate, Immediate, LONG, LONG]).is_suspended());
        assert!(after(&[Immediate, Immediate, LONG, Unrelated]).is_suspended());
        let mut policy = SysPolicy::default();
        assert!(!policy.session_lost(Immediate).stops_subscribing);
        assert!(policy.session_lost(Immediate).stops_subscribing, "said once");
        assert!(!policy.session_lost(LONG).stops_subscribing);
    }

    #[test]
    fn short_sessions_without_the_subscription_end_the_suspension() {
        for (end, first) in [(Immediate, 2), (SECONDS_LATER, 3), (TAKEN, 3)] {
            let mut ends = vec![end; first];
            ends.push(SHORT);
            assert!(!after(&ends).is_suspended());
            ends.extend(vec![end; first]);
            assert!(!after(&ends).is_suspended(), "the threshold is doubled");
            ends.extend([end, end]);
            assert!(after(&ends).is_suspended());
            // In a long run, most sessions subscribe.
            let mut policy = SysPolicy::default();
            let suspended = (0..1_000).filter(|_| {
                let is_suspended = policy.is_suspended();
                policy.session_lost(if is_suspended { SHORT } else { end });
                is_suspended
            });
            assert!(suspended.count() < 25);
        }
    }

    #[test]
    fn the_other_client_is_named_after_the_first_short_session_without_the_subscription() {
        let mut policy = SysPolicy::default();
        let notes = [Immediate, Immediate, SHORT, Immediate, SECONDS_LATER];
        let notes = notes.map(|end| policy.session_lost(end).note);
        let [right_after, other] =
            [SysNote::AfterSubscribe, SysNote::WithoutSubscriptionToo].map(Some);
        assert_eq!(notes, [right_after, right_after, other, other, other]);
        // A session with the subscription lasts, so the suspicion is dropped.
        policy.session_lost(Unrelated);
        assert_eq!(policy.session_lost(Immediate).note, right_after);
    }
}
