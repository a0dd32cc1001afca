//! Logout tokens, by which a provider says that a session has ended.

use haltere_core::Timestamp;
use serde_json::Value;

use crate::jws::{self, LEEWAY, TokenFault};
use crate::key_set::KeySet;
use crate::metadata::ProviderMetadata;

/// The event that a logout token is about.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How old a logout token may be, in seconds. It is remembered for longer than that.
const MAX_AGE: i64 = 5 * 60;
/// The longest id of a token, in bytes.
const MAX_ID: usize = 255;

/// A logout token that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutToken {
    /// Names the token, so that it counts only once.
    pub id: String,
    /// Whose sessions end.
    pub subject: Option<String>,
    /// The only session that ends.
    pub provider_session: Option<String>,
    /// The latest time at which a session may have begun that is meant: when the token was made, by clocks that differ.
    pub begun_by: Timestamp,
}

impl LogoutToken {
    /// How long after it was made a token is accepted at the latest, in seconds.
    pub const ACCEPTED_FOR: i64 = MAX_AGE + LEEWAY;

    /// Verifies a token (Back-Channel Logout §2.6).
    pub fn verify(
        token: &str,
        metadata: &ProviderMetadata,
        keys: &KeySet,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Self, TokenFault> {
        let types = ["jwt", "logout+jwt"];
        let claims = jws::open(token, keys, &metadata.algorithms, &types)?.claims;
        jws::check_frame(&claims, &metadata.issuer, client_id, now)?;
        let now = now.as_second();
        let issued = claims.seconds("iat").ok_or(TokenFault::Time)?;
        let has_expired = claims.seconds("exp").is_some_and(|at| at.saturating_add(LEEWAY) <= now);
        if has_expired || issued.saturating_add(Self::ACCEPTED_FOR) <= now {
            return Err(TokenFault::Time);
        }
        // An ID token must not pass for a logout token.
        let is_about_logout = claims
            .object("events")
            .is_some_and(|events| events.get(EVENT).is_some_and(Value::is_object));
        if !is_about_logout || claims.has("nonce") {
            return Err(TokenFault::Event);
        }
        let id = claims
            .value("jti")
            .and_then(|id| id.as_str())
            .filter(|id| (1..=MAX_ID).contains(&id.len()));
        let id = id.ok_or(TokenFault::Event)?.to_owned();
        let (subject, provider_session) = (jws::subject(&claims), jws::provider_session(&claims));
        let is_named = |name: &str, found: bool| found || !claims.has(name);
        if !is_named("sub", subject.is_some())
            || !is_named("sid", provider_session.is_some())
            || (subject.is_none() && provider_session.is_none())
        {
            return Err(TokenFault::Subject);
        }
        let begun_by = Timestamp::from_second(issued.saturating_add(LEEWAY));
        let begun_by = begun_by.map_err(|_| TokenFault::Time)?;
        Ok(Self { id, subject, provider_session, begun_by })
    }
}
