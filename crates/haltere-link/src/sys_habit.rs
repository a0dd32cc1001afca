//! Whether a link asks its broker for `$SYS`: version and uptime are nice to know, and nothing more.
//!
//! Some brokers end the session of a client that subscribes to what it may not read, in place of
//! refusing the subscription; some do so seconds later, when the first message is due. A link that asked
//! again each time would go up and down for ever. So it looks at how sessions end: in words about the
//! subscription, once is enough; right at the subscription, twice in a row; soon after it, three times.
//! Then the link does without, until an edit or a restart.
//!
//! Another client with the same client id ends sessions, too. It goes on doing so when the link no
//! longer asks, and that tells the two apart: a session without the subscription that is as short
//! takes the suspicion back, the other client is named, and twice as much is needed for the next one.

use std::time::Duration;

/// What ends a session within this time after SUBACK probably has to do with it.
pub(crate) const SETTLED: Duration = Duration::from_secs(2);
/// What ends each session within this time after SUBACK may have to do with it. The messages under
/// `$SYS` are usually due every 10 seconds.
pub(crate) const SOON: Duration = Duration::from_secs(30);
/// A session that did not ask for `$SYS` and is lost before this was not saved by that.
const PROOF: Duration = Duration::from_secs(10);
/// How many sessions in a row have to end at the subscription, at first and at most; one more where they
/// end only soon after it.
const SUSPECT: u8 = 2;
const SUSPECT_MOST: u8 = 64;

/// At the end of a reason: what the session was about when it ended.
const AT_THE_QUESTION: &str = "; it came right after we asked for the topics under $SYS";
/// At the end of a reason: that the subscription is not why.
const WITHOUT_IT_AS_WELL: &str = "; sessions that do not ask for $SYS end as soon, so another client with the same client id is the likeliest cause";

/// What the end of a session says about the subscription to `$SYS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SysEnd {
    /// Nothing: it came later, or for a reason that has nothing to do with it.
    Unrelated,
    /// So long after it was asked or answered: soon, but not at once.
    Soon(Duration),
    /// As soon or at once, and the broker says that another client has the same client id. Some brokers
    /// say so of everything they have no word for.
    TakenOver(Duration),
    /// It came while SUBACK was awaited, or right behind it.
    Suspicious,
    /// The broker said that the subscription is why.
    Refused,
    /// The session was up for so long without the subscription.
    NotAsked(Duration),
}

/// What the loss of a session means for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lesson {
    /// The link does without from now on.
    pub(crate) abstains_now: bool,
    /// To be added to the reason.
    pub(crate) words: &'static str,
}

/// What a link has learnt about asking for `$SYS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SysHabit {
    /// How many sessions in a row have ended at the subscription.
    strikes: u8,
    /// How many have ended there or soon after.
    soon: u8,
    /// The longest of these, in seconds after the subscription.
    longest: u8,
    /// How many it takes.
    needed: u8,
    abstains: bool,
}

impl Default for SysHabit {
    fn default() -> Self {
        Self { strikes: 0, soon: 0, longest: 0, needed: SUSPECT, abstains: false }
    }
}

impl SysHabit {
    /// Whether the next session does without.
    pub(crate) fn abstains(self) -> bool {
        self.abstains
    }

    /// A session was lost.
    pub(crate) fn lost(&mut self, end: SysEnd) -> Lesson {
        let abstained = self.abstains;
        let words = match end {
            SysEnd::Refused => {
                self.abstains = true;
                AT_THE_QUESTION
            }
            SysEnd::Suspicious => {
                self.strikes = self.strikes.saturating_add(1);
                self.came_soon(Duration::ZERO);
                if self.was_wrong() { WITHOUT_IT_AS_WELL } else { AT_THE_QUESTION }
            }
            SysEnd::Soon(after) => {
                self.came_soon(after);
                if self.was_wrong() { WITHOUT_IT_AS_WELL } else { "" }
            }
            SysEnd::TakenOver(after) => {
                self.came_soon(after);
                ""
            }
            SysEnd::NotAsked(lasted) if abstained && lasted < self.proof() => {
                let needed = self.needed.saturating_mul(2).min(SUSPECT_MOST);
                *self = Self { needed, ..Self::default() };
                WITHOUT_IT_AS_WELL
            }
            SysEnd::NotAsked(_) => "",
            SysEnd::Unrelated => {
                let needed = (self.needed / 2).max(SUSPECT);
                *self = Self { needed, abstains: abstained, ..Self::default() };
                ""
            }
        };
        Lesson { abstains_now: self.abstains && !abstained, words }
    }

    fn came_soon(&mut self, after: Duration) {
        self.soon = self.soon.saturating_add(1);
        self.longest = self.longest.max(u8::try_from(after.as_secs()).unwrap_or(u8::MAX));
        self.abstains = self.strikes >= self.needed || self.soon > self.needed;
    }

    /// A session without the subscription has ended as soon.
    fn was_wrong(self) -> bool {
        self.needed > SUSPECT
    }

    /// How long a session without the subscription has to last.
    fn proof(self) -> Duration {
        PROOF.max(2 * Duration::from_secs(self.longest.into()))
    }
}

/// How a probe, which has only two sessions, says that the second ended as well.
pub(crate) fn ended_without_as_well() -> &'static str {
    WITHOUT_IT_AS_WELL
}

#[cfg(test)]
mod tests {
    use super::SysEnd::{NotAsked, Refused, Soon, Suspicious, TakenOver, Unrelated};
    use super::*;

    const SHORT: SysEnd = NotAsked(Duration::from_millis(50));
    const LONG: SysEnd = NotAsked(PROOF);
    const SECONDS_LATER: SysEnd = Soon(Duration::from_secs(9));
    const TAKEN: SysEnd = TakenOver(Duration::ZERO);

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
    fn three_in_a_row_where_they_end_only_soon_after_it() {
        for end in [SECONDS_LATER, TAKEN] {
            assert!(!after(&[end, end]).abstains());
            assert!(after(&[end, end, end]).abstains());
            assert!(after(&[end, Suspicious, end]).abstains());
            assert!(!after(&[end, end, Unrelated, end]).abstains());
        }
        // Without it has to last clearly longer than with it.
        let all = [SECONDS_LATER; 3];
        let then = |seconds| after(&[&all[..], &[NotAsked(Duration::from_secs(seconds))]].concat());
        assert!(!then(12).abstains());
        assert!(then(18).abstains());
    }

    #[test]
    fn it_stays_that_way_while_sessions_without_it_last() {
        assert!(after(&[Suspicious, Suspicious, LONG, LONG]).abstains());
        assert!(after(&[Suspicious, Suspicious, LONG, Unrelated]).abstains());
        let mut habit = SysHabit::default();
        assert!(!habit.lost(Suspicious).abstains_now);
        assert!(habit.lost(Suspicious).abstains_now, "said once");
        assert!(!habit.lost(LONG).abstains_now);
    }

    #[test]
    fn sessions_that_are_short_anyway_are_not_blamed_on_it() {
        for (end, first) in [(Suspicious, 2), (SECONDS_LATER, 3), (TAKEN, 3)] {
            let mut ends = vec![end; first];
            ends.push(SHORT);
            assert!(!after(&ends).abstains());
            ends.extend(vec![end; first]);
            assert!(!after(&ends).abstains(), "it takes twice as much now");
            ends.extend([end, end]);
            assert!(after(&ends).abstains());
            // For ever in turn: most sessions go on asking.
            let mut habit = SysHabit::default();
            let abstained = (0..1_000).filter(|_| {
                let abstains = habit.abstains();
                habit.lost(if abstains { SHORT } else { end });
                abstains
            });
            assert!(abstained.count() < 25);
        }
    }

    #[test]
    fn the_other_client_is_named_from_the_first_short_session_without_it_on() {
        let mut habit = SysHabit::default();
        let said = [Suspicious, Suspicious, SHORT, Suspicious, SECONDS_LATER];
        let said = said.map(|end| habit.lost(end).words);
        let [right_after, other] = [AT_THE_QUESTION, WITHOUT_IT_AS_WELL];
        assert_eq!(said, [right_after, right_after, other, other, other]);
        // Sessions that ask do last, so nothing is wrong with it.
        habit.lost(Unrelated);
        assert_eq!(habit.lost(Suspicious).words, right_after);
    }
}
