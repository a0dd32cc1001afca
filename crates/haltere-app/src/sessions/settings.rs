//! What can be configured about sessions, passwords and logging in.

use std::time::Duration;

use haltere_core::Roles;

/// How long sessions last, and how logging in is protected.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// A session that was not used for this long ends.
    pub idle: Duration,
    /// A session ends after this long however busy it is.
    pub absolute: Duration,
    pub bounds: SessionBounds,
    /// How many may wait for their password to be verified; those who have logged in from the same address
    /// before wait apart from others.
    pub password_checks: usize,
    pub throttle: ThrottleSettings,
    pub hashing: PasswordHashing,
    /// Whether users can log in with a password, and not only those whom the command line has excepted.
    pub local_login: bool,
    /// Users with one of these roles have to have a second factor.
    pub second_factor_for: Roles,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            idle: Duration::from_mins(30),
            absolute: Duration::from_hours(12),
            bounds: SessionBounds::default(),
            password_checks: 64,
            throttle: ThrottleSettings::default(),
            hashing: PasswordHashing::default(),
            local_login: true,
            second_factor_for: Roles::default(),
        }
    }
}

/// How many sessions there may be. A login beyond that ends the one that was not used for longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionBounds {
    /// Of all users together; at it, the user with most sessions gives one up.
    pub all: usize,
    pub user: usize,
}

impl Default for SessionBounds {
    fn default() -> Self {
        Self { all: 10_000, user: 100 }
    }
}

/// How many failed logins are put up with. Only failures count.
#[derive(Debug, Clone, Copy)]
pub struct ThrottleSettings {
    /// Failures in a row allowed for one account, from addresses that never logged in to it.
    pub account_burst: u32,
    /// After that, one try per this.
    pub account_interval: Duration,
    /// Failures in a row allowed from one address (IPv6: from one /64).
    pub address_burst: u32,
    /// After that, one try per this.
    pub address_interval: Duration,
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        Self {
            account_burst: 10,
            account_interval: Duration::from_secs(30),
            address_burst: 30,
            address_interval: Duration::from_secs(10),
        }
    }
}

/// What an Argon2id hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordHashing {
    /// In KiB.
    pub memory_kib: u32,
    /// Passes.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Default for PasswordHashing {
    /// OWASP's recommendation: 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, parallelism: 1 }
    }
}
