//! Who comes with a token.

use std::time::Duration;

use haltere_core::{Origin, TokenSecret};

use super::live::Use;
use super::{Tokens, secret};
use crate::ctx::Ctx;
use crate::policy::TokenPrincipal;

/// Why a token was refused. Whether there is such a token is not said: unknown, expired and revoked ones look alike, and
/// so do those that may not be used from an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    Invalid,
    /// It is not valid either, and there were too many of that kind from this address.
    TooMany {
        /// The time to wait; whole seconds, at least one.
        retry_after: Duration,
    },
}

impl Tokens {
    /// Whether the token is still valid, with the same rights.
    pub(crate) fn still_has_rights_of(&self, token: &TokenPrincipal) -> bool {
        self.is_on() && self.0.live.lock().still_has_rights_of(token, self.now())
    }

    /// Who comes with the token `text`. Answers from memory, unless an unknown one may have been made by another process a
    /// moment ago.
    pub async fn authenticate(&self, text: &str, origin: &Origin) -> Result<Ctx, TokenRefusal> {
        let secret = TokenSecret::parse(text).filter(|_| self.is_on());
        let id = secret.as_ref().map(secret::id_of);
        let find = || match &id {
            Some(id) => self.0.live.lock().touch(id, origin.address, self.now()),
            None => Use::Unknown,
        };
        let mut used = find();
        let mut refusal = None;
        if !matches!(used, Use::Valid(..)) {
            let throttled = self.0.wrong.count(origin.address, self.0.clock.steady());
            // So a client that guesses costs as few reads as it has tries. What can't be read is for the reconciler to
            // report.
            let is_new = id.is_some() && matches!(used, Use::Unknown) && throttled.is_none();
            if is_new && self.catch_up().await.is_ok() {
                used = find();
            }
            refusal = throttled;
        }
        let elsewhere = match used {
            Use::Valid(token, credential) => {
                let mut ctx = Ctx::of_token(token, credential, origin.clone());
                // After the credential, which ends when groups give less than they do now.
                if let Some(server) = &self.0.server {
                    server.fleet.follow_groups(&mut ctx.principal);
                }
                return Ok(ctx);
            }
            Use::Elsewhere(token) => Some(token),
            Use::Unknown => None,
        };
        self.0.wrong.log(origin.address, elsewhere.as_deref(), self.0.clock.steady());
        Err(refusal
            .map_or(TokenRefusal::Invalid, |retry_after| TokenRefusal::TooMany { retry_after }))
    }
}
