//! Who comes with a token.

use std::sync::Arc;
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

    /// Who comes with the token `text`. Answers from memory.
    pub fn authenticate(&self, text: &str, origin: &Origin) -> Result<Ctx, TokenRefusal> {
        let used = match TokenSecret::parse(text) {
            Some(secret) if self.is_on() => {
                let id = secret::id_of(&secret);
                self.0.live.lock().touch(&id, origin.address, self.now())
            }
            _ => Use::Unknown,
        };
        if let Use::Valid(token, credential) = used {
            let mut ctx = Ctx::of_token(token, credential, origin.clone());
            // After the credential, which ends when groups give less than they do now.
            if let Some(server) = &self.0.server {
                server.fleet.follow_groups(&mut ctx.principal);
            }
            return Ok(ctx);
        }
        let elsewhere = match &used {
            Use::Elsewhere(token) => Some(Arc::clone(token)),
            Use::Valid(..) | Use::Unknown => None,
        };
        let steady = self.0.clock.steady();
        match self.0.wrong.count(origin.address, elsewhere.as_deref(), steady) {
            None => Err(TokenRefusal::Invalid),
            Some(retry_after) => Err(TokenRefusal::TooMany { retry_after }),
        }
    }
}
