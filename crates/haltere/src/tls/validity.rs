//! Is the certificate valid, and for how long? The server runs either way: browsers will complain, and
//! the operator may need the server to replace the certificate.

use std::time::Duration;

use haltere_core::Timestamp;
use haltere_link::tls::CertificateFacts;

/// From when on a certificate counts as about to end, when it is made for more than ten weeks.
const SOON: Duration = Duration::from_hours(14 * 24);

/// For shorter ones, the last part of their time.
const LAST_PART: u32 = 5;

/// How often the same is logged again.
const AGAIN: Duration = Duration::from_hours(24);

/// Where a moment is in the validity of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValidityState {
    Good,
    NotYet,
    EndsSoon,
    Ended,
}

/// The time a certificate is good for, and what was logged about it.
#[derive(Debug)]
pub(super) struct Validity {
    from: Timestamp,
    to: Timestamp,
    logged: Option<(ValidityState, Timestamp)>,
}

impl Validity {
    pub(super) fn of(facts: &CertificateFacts) -> Self {
        // Browsers judge a certificate that can't be read.
        let (from, to) = (facts.not_before, facts.not_after);
        Self {
            from: from.unwrap_or(Timestamp::MIN),
            to: to.unwrap_or(Timestamp::MAX),
            logged: None,
        }
    }

    #[cfg(test)]
    pub(super) fn end(&self) -> Timestamp {
        self.to
    }

    fn state(&self, now: Timestamp) -> ValidityState {
        if now < self.from {
            ValidityState::NotYet
        } else if now > self.to {
            ValidityState::Ended
        } else if until(now, self.to) < SOON.min(until(self.from, self.to) / LAST_PART) {
            ValidityState::EndsSoon
        } else {
            ValidityState::Good
        }
    }

    /// Logs it unless it is good, and the same only once a day.
    pub(super) fn log(&mut self, now: Timestamp) {
        let state = self.state(now);
        if self.logged.is_some_and(|(logged, at)| logged == state && until(at, now) < AGAIN) {
            return;
        }
        self.logged = Some((state, now));
        let (from, to) = (self.from, self.to);
        match state {
            ValidityState::Good => {}
            ValidityState::NotYet => {
                tracing::warn!(%from, "the server's certificate is not valid yet");
            }
            ValidityState::EndsSoon => {
                let days = until(now, to).as_secs() / 86_400;
                tracing::warn!(days, %to, "the server's certificate is about to expire");
            }
            ValidityState::Ended => tracing::error!(%to, "the server's certificate has expired"),
        }
    }
}

/// From one moment to a later one; nothing when it is not later.
fn until(from: Timestamp, to: Timestamp) -> Duration {
    to.duration_since(from).try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("in range")
    }

    fn state(days: i64, now: i64) -> ValidityState {
        Validity { from: at(0), to: at(days * DAY), logged: None }.state(at(now))
    }

    #[test]
    fn how_long_before_its_end_a_certificate_counts_as_ending() {
        assert_eq!(state(90, -1), ValidityState::NotYet);
        assert_eq!(state(90, 76 * DAY), ValidityState::Good);
        assert_eq!(state(90, 76 * DAY + 1), ValidityState::EndsSoon);
        assert_eq!(state(90, 90 * DAY), ValidityState::EndsSoon);
        assert_eq!(state(90, 90 * DAY + 1), ValidityState::Ended);
        // Six days: made to be renewed every few.
        assert_eq!(state(6, 4 * DAY), ValidityState::Good);
        assert_eq!(state(6, 5 * DAY), ValidityState::EndsSoon);
    }

    #[test]
    fn the_same_is_logged_once_a_day_and_news_at_once() {
        let mut validity = Validity { from: at(0), to: at(90 * DAY), logged: None };
        validity.log(at(80 * DAY));
        assert_eq!(validity.logged, Some((ValidityState::EndsSoon, at(80 * DAY))));
        validity.log(at(81 * DAY - 1));
        assert_eq!(validity.logged, Some((ValidityState::EndsSoon, at(80 * DAY))));
        validity.log(at(81 * DAY));
        assert_eq!(validity.logged, Some((ValidityState::EndsSoon, at(81 * DAY))));
        validity.log(at(90 * DAY + 1));
        assert_eq!(validity.logged, Some((ValidityState::Ended, at(90 * DAY + 1))));
    }
}
