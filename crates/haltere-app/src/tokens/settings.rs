//! What can be configured about tokens, and what can not.

use std::time::Duration;

use haltere_core::Roles;

/// The most tokens of all users together. All of them are in memory.
pub(super) const MAX_TOKENS: usize = 1_000;
/// The most tokens of one user.
pub(super) const MAX_TOKENS_PER_USER: usize = 100;
/// The longest description, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 200;
/// The most connections that a token can be limited to by their ids.
pub(super) const MAX_CONNECTIONS: usize = 100;
/// The most networks that a token can be limited to.
pub(super) const MAX_NETWORKS: usize = 20;

/// How long tokens may be valid, and how many wrong ones are put up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenSettings {
    /// The longest time for which a new token can be valid.
    pub max_lifetime: Duration,
    /// Wrong tokens in a row from one address (IPv6: from one /64).
    pub wrong_burst: u32,
    /// After that, one per this.
    pub wrong_interval: Duration,
    /// Users with one of these roles have to have a second factor; until then, their tokens are good for nothing.
    pub second_factor_for: Roles,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            max_lifetime: Duration::from_hours(365 * 24),
            wrong_burst: 30,
            wrong_interval: Duration::from_secs(10),
            second_factor_for: Roles::default(),
        }
    }
}
