//! `[tokens]`

use confique::Config;

use super::units::Span;

/// Application tokens, by which programs authenticate.
#[derive(Debug, Config)]
pub(crate) struct Tokens {
    /// The longest time for which a new token can be valid. Tokens that are there already keep theirs.
    #[config(env = "HALTERE_TOKENS_MAX_LIFETIME", default = "8760h", validate(max_lifetime.as_duration().as_secs() >= 60, "must be at least a minute"))]
    pub max_lifetime: Span,
}
