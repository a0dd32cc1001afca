//! Whether a link asks its broker for `$SYS`: version and uptime are nice to know, and nothing more.
//!
//! Some brokers end the session of a client that subscribes to what it may not read, in place of
//! refusing the subscription. A link that asked again each time would go up and down for ever. So it
//! looks at how sessions end: in words about the subscription, once is enough; without, a session has to
//! end twice in a row right at the subscription. Then the link does without, until an edit or a restart.
//!
//! Another client with the same client id ends sessions, too. It goes on doing so when the link no
//! longer asks, and that tells the two apart: a session without the subscription that is short as well
//! takes the suspicion back, and twice as much is needed for the next one.

use std::time::Duration;

/// What ends a session within this time after SUBACK may still have to do with it.
pub(crate) const SETTLED: Duration = Duration::from_secs(2);
/// A session that did not ask for `$SYS` and is lost before this was not saved by that.
const PROOF: Duration = Duration::from_secs(10);
/// How many sessions in a row have to end at the subscription, at first and at most.
const SUSPECT: u8 = 2;
const SUSPECT_MOST: u8 = 64;

/// What the end of a session says about the subscription to `$SYS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SysEnd {
    /// Nothing: it came later, or for a reason that has nothing to do with it.
    Unrelated,
    /// It came while SUBACK was awaited, or right behind it.
    Suspicious,
    /// The broker said that the subscription is why.
    Refused,
    /// The session was up for so long without the subscription.
    NotAsked(Duration),
}

/// What a link has learnt about asking for `$SYS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SysHabit {
    /// How many sessions in a row have ended at the subscription.
    strikes: u8,
    /// How many it takes.
    needed: u8,
    abstains: bool,
}

impl Default for SysHabit {
    fn default() -> Self {
        Self { strikes: 0, needed: SUSPECT, abstains: false }
    }
}

impl SysHabit {
    /// Whether the next session does without.
    pub(crate) fn abstains(self) -> bool {
        self.abstains
    }

    /// A session was lost. Returns whether that is why the link does without from now on.
    pub(crate) fn lost(&mut self, end: SysEnd) -> bool {
        let abstained = self.abstains;
        match end {
            SysEnd::Refused => self.abstains = true,
            SysEnd::Suspicious => {
                self.strikes = self.strikes.saturating_add(1);
                self.abstains = self.strikes >= self.needed;
            }
            SysEnd::NotAsked(lasted) if abstained && lasted < PROOF => {
                let needed = self.needed.saturating_mul(2).min(SUSPECT_MOST);
                *self = Self { strikes: 0, needed, abstains: false };
            }
            SysEnd::NotAsked(_) => {}
            SysEnd::Unrelated => self.strikes = 0,
        }
        self.abstains && !abstained
    }
}

#[cfg(test)]
mod tests {
    use super::SysEnd::{NotAsked, Refused, Suspicious, Unrelated};
    use super::*;

    const SHORT: SysEnd = NotAsked(Duration::from_millis(50));
    const LONG: SysEnd = NotAsked(PROOF);

    fn after(ends: &[SysEnd]) -> SysHabit {
        let mut habit = SysHabit::default();
        for end in ends {
            habit.lost(*end);
        }
        habit
    }

    #[test]
    fn twice_in_a_row_or_once_in_words() {
        assert!(!after(&[]).abstains());
        assert!(!after(&[Suspicious]).abstains());
        assert!(after(&[Suspicious, Suspicious]).abstains());
        assert!(!after(&[Suspicious, Unrelated, Suspicious]).abstains());
        assert!(after(&[Refused]).abstains());
        assert!(after(&[Unrelated, Suspicious, Refused]).abstains());
    }

    #[test]
    fn it_stays_that_way_while_sessions_without_it_last() {
        assert!(after(&[Suspicious, Suspicious, LONG, LONG]).abstains());
        let mut habit = SysHabit::default();
        assert!(!habit.lost(Suspicious));
        assert!(habit.lost(Suspicious), "said once");
        assert!(!habit.lost(LONG));
    }

    #[test]
    fn sessions_that_are_short_anyway_are_not_blamed_on_it() {
        let mut ends = vec![Suspicious, Suspicious, SHORT];
        assert!(!after(&ends).abstains());
        ends.extend([Suspicious, Suspicious]);
        assert!(!after(&ends).abstains(), "it takes twice as much now");
        ends.extend([Suspicious, Suspicious]);
        assert!(after(&ends).abstains());
        // For ever in turn: most sessions go on asking.
        let mut habit = SysHabit::default();
        let abstained = (0..1_000).filter(|_| {
            let abstains = habit.abstains();
            habit.lost(if abstains { SHORT } else { Suspicious });
            abstains
        });
        assert!(abstained.count() < 25);
    }
}
