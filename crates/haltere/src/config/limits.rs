//! `[limits]`

use anyhow::ensure;
use confique::Config;
use haltere_core::quota::QuotaBounds;

use super::units::Size;

/// Limits on what all callers use together, and the quotas of one user and of one address (IPv6: one /64).
/// A request over the quota of its user or address gets 429, over the limit of all callers 503, an import 409;
/// "limit" in the response names the setting. The limits of connections to the server, and of memory for
/// requests and responses, are in the section server.
#[derive(Debug, Config)]
pub(crate) struct LimitSettings {
    /// How many event streams may be open. A browser opens one per tab.
    #[config(env = "HALTERE_LIMITS_STREAMS", default = 1_000)]
    pub streams: usize,

    /// How many of them one user may have open.
    #[config(env = "HALTERE_LIMITS_STREAMS_PER_USER", default = 64)]
    pub streams_per_user: usize,

    /// How many of them may be open from one address.
    #[config(env = "HALTERE_LIMITS_STREAMS_PER_ADDRESS", default = 250)]
    pub streams_per_address: usize,

    /// How many tests of connections may run at once. Each holds a socket for some seconds.
    #[config(env = "HALTERE_LIMITS_TESTS", default = 16)]
    pub tests: usize,

    /// How many of them one user may run.
    #[config(env = "HALTERE_LIMITS_TESTS_PER_USER", default = 4)]
    pub tests_per_user: usize,

    /// How many of them may run from one address.
    #[config(env = "HALTERE_LIMITS_TESTS_PER_ADDRESS", default = 8)]
    pub tests_per_address: usize,

    /// How many imports may be on their way at once. They are stored one after the other.
    #[config(env = "HALTERE_LIMITS_IMPORTS", default = 8)]
    pub imports: usize,

    /// How many of them one user may have on their way.
    #[config(env = "HALTERE_LIMITS_IMPORTS_PER_USER", default = 1)]
    pub imports_per_user: usize,

    /// How many of them may come from one address.
    #[config(env = "HALTERE_LIMITS_IMPORTS_PER_ADDRESS", default = 4)]
    pub imports_per_address: usize,

    /// How much of an import has to come in a second, on average after the first ten. A slower one is ended.
    #[config(env = "HALTERE_LIMITS_IMPORT_RATE", default = "16 KiB", validate(import_rate.bytes() > 0, "must be more than zero"))]
    pub import_rate: Size,

    /// How many sessions there may be. A login is never refused for them: the user with most sessions loses the
    /// one that was not used for longest.
    #[config(env = "HALTERE_LIMITS_SESSIONS", default = 10_000)]
    pub sessions: usize,

    /// How many sessions one user may have. A login beyond that ends the one that was not used for longest.
    #[config(env = "HALTERE_LIMITS_SESSIONS_PER_USER", default = 100)]
    pub sessions_per_user: usize,

    /// How many logins may wait until their password is verified, which is done a few at a time. A quarter of
    /// them may come from one address, half may be of one user, an eighth both. Users who have logged in from the
    /// same address before wait in a queue of their own.
    #[config(env = "HALTERE_LIMITS_PASSWORD_CHECKS", default = 64, validate(*password_checks >= 8, "must be at least 8"))]
    pub password_checks: usize,

    /// How many wrong passwords in a row one user may give from addresses that never logged in; after that, one
    /// every 30 seconds.
    #[config(env = "HALTERE_LIMITS_FAILED_LOGINS_PER_USER", default = 10, validate(*failed_logins_per_user > 0, "must be more than zero"))]
    pub failed_logins_per_user: u32,

    /// How many wrong passwords in a row may come from one address, for all users together; after that, one every
    /// ten seconds. As many wrong tokens may, counted apart.
    #[config(env = "HALTERE_LIMITS_FAILED_LOGINS_PER_ADDRESS", default = 30, validate(*failed_logins_per_address > 0, "must be more than zero"))]
    pub failed_logins_per_address: u32,

    /// How many requests of one user may be refused in a minute because of an insufficient role. Refusals are in the
    /// audit trail.
    #[config(env = "HALTERE_LIMITS_REFUSALS_PER_MINUTE", default = 120, validate((1..=6_000).contains(refusals_per_minute), "must be from 1 to 6000"))]
    pub refusals_per_minute: u32,

    /// How many changes, and tests of connections, one user may make in an hour. Each is recorded in the audit trail,
    /// which is kept for long. Reads of secrets are never refused: above this number, several share an entry of the
    /// trail. Logins, logouts, and a test repeated within a minute don't count.
    #[config(env = "HALTERE_LIMITS_AUDITED_ACTIONS_PER_HOUR", default = 20_000, validate((100..=10_000_000).contains(audited_actions_per_hour), "must be from 100 to 10000000"))]
    pub audited_actions_per_hour: u32,
}

impl LimitSettings {
    /// Looks at the settings that make sense only together.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let shared =
            [("streams", self.streams()), ("tests", self.tests()), ("imports", self.imports())];
        for (name, bounds) in shared {
            check_quota(name, "user", bounds.user, bounds.all)?;
            check_quota(name, "address", bounds.network, bounds.all)?;
        }
        check_quota("sessions", "user", self.sessions_per_user, self.sessions)
    }

    pub(crate) fn streams(&self) -> QuotaBounds {
        QuotaBounds {
            all: self.streams,
            user: self.streams_per_user,
            network: self.streams_per_address,
        }
    }

    pub(crate) fn tests(&self) -> QuotaBounds {
        QuotaBounds { all: self.tests, user: self.tests_per_user, network: self.tests_per_address }
    }

    pub(crate) fn imports(&self) -> QuotaBounds {
        QuotaBounds {
            all: self.imports,
            user: self.imports_per_user,
            network: self.imports_per_address,
        }
    }
}

/// A quota has to be smaller than the whole, or one holder locks out all others.
fn check_quota(name: &str, whose: &str, quota: usize, all: usize) -> anyhow::Result<()> {
    ensure!(quota > 0, "limits.{name}_per_{whose}: must be more than zero");
    ensure!(
        quota < all,
        "limits.{name}_per_{whose}: must be less than limits.{name}, which is {all}: one {whose} would keep all others out"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::config::setting_meta::all;

    /// These refuse no request: they end a session.
    const NEVER_SAID: [&str; 2] = ["limits.sessions", "limits.sessions_per_user"];

    #[test]
    fn what_an_answer_calls_a_limit_is_a_setting() {
        let settings: Vec<_> = all().into_iter().map(|meta| meta.path).collect();
        for limit in haltere_api::LIMITS {
            assert!(settings.iter().any(|path| path == limit), "{limit}");
        }
        for path in settings.iter().filter(|path| path.starts_with("limits.")) {
            let is_said = haltere_api::LIMITS.contains(&path.as_str());
            assert_ne!(is_said, NEVER_SAID.contains(&path.as_str()), "{path}");
        }
    }
}
