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

/// The validity of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
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
    logged: Option<(Verdict, Timestamp)>,
}

impl Validity {
    pub(super) fn of(facts: &CertificateFacts) -> Self {
        // What can't be read is for browsers to judge.
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

    fn verdict(&self, now: Timestamp) -> Verdict {
        if now < self.from {
            Verdict::NotYet
        } else if now > self.to {
            Verdict::Ended
        } else if until(now, self.to) < SOON.min(until(self.from, self.to) / LAST_PART) {
            Verdict::EndsSoon
        } else {
            Verdict::Good
        }
    }

    /// Logs it unless it is good, and the same only once a day.
    pub(super) fn log(&mut self, now: Timestamp) {
        let verdict = self.verdict(now);
        if self.logged.is_some_and(|(logged, at)| logged == verdict && until(at, now) < AGAIN) {
            return;
        }
        self.logged = Some((verdict, now));
        let (from, to) = (self.from, self.to);
        match verdict {
            Verdict::Good => {}
            Verdict::NotYet => tracing::warn!(%from, "the server's certificate is not valid yet"),
            Verdict::EndsSoon => {
                let days = until(now, to).as_secs() / 86_400;
                tracing::warn!(days, %to, "the server's certificate is about to expire");
            }
            Verdict::Ended => tracing::error!(%to, "the server's certificate has expired"),
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

    fn verdict(days: i64, now: i64) -> Verdict {
        Validity { from: at(0), to: at(days * DAY), logged: None }.verdict(at(now))
    }

    #[test]
    fn how_long_before_its_end_a_certificate_counts_as_ending() {
        assert_eq!(verdict(90, -1), Verdict::NotYet);
        assert_eq!(verdict(90, 76 * DAY), Verdict::Good);
        assert_eq!(verdict(90, 76 * DAY + 1), Verdict::EndsSoon);
        assert_eq!(verdict(90, 90 * DAY), Verdict::EndsSoon);
        assert_eq!(verdict(90, 90 * DAY + 1), Verdict::Ended);
        // Six days: made to be renewed every few.
        assert_eq!(verdict(6, 4 * DAY), Verdict::Good);
        assert_eq!(verdict(6, 5 * DAY), Verdict::EndsSoon);
    }

    #[test]
    fn the_same_is_logged_once_a_day_and_news_at_once() {
        let mut validity = Validity { from: at(0), to: at(90 * DAY), logged: None };
        validity.log(at(80 * DAY));
        assert_eq!(validity.logged, Some((Verdict::EndsSoon, at(80 * DAY))));
        validity.log(at(81 * DAY - 1));
        assert_eq!(validity.logged, Some((Verdict::EndsSoon, at(80 * DAY))));
        validity.log(at(81 * DAY));
        assert_eq!(validity.logged, Some((Verdict::EndsSoon, at(81 * DAY))));
        validity.log(at(90 * DAY + 1));
        assert_eq!(validity.logged, Some((Verdict::Ended, at(90 * DAY + 1))));
    }
}
