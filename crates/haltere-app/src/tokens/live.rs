//! The valid tokens, in memory. Pure: the time is a parameter.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use haltere_core::{Timestamp, TokenId, TokenScope, UserName};

use crate::credential::Credential;
use crate::policy::{GroupRoles, TokenPrincipal};

/// A use within this time of the last one that is known is not noted.
const COARSE: Duration = Duration::from_mins(1);

/// The valid tokens.
#[derive(Default)]
pub(super) struct Live {
    tokens: HashMap<TokenId, LiveToken>,
    /// Uses that are not written down yet.
    used: HashMap<TokenId, Timestamp>,
    /// Whether all of them were ended since they were read.
    is_cleared: bool,
}

/// A token that was read from the store and whose owner is there.
pub(super) struct Stored {
    pub(super) principal: TokenPrincipal,
    pub(super) scope: TokenScope,
    pub(super) expires_at: Timestamp,
    pub(super) last_used_at: Option<Timestamp>,
    /// What groups gave its owner when it was read.
    pub(super) groups: Option<Arc<GroupRoles>>,
}

struct LiveToken {
    principal: Arc<TokenPrincipal>,
    scope: TokenScope,
    expires_at: Timestamp,
    last_used_at: Option<Timestamp>,
    credential: Credential,
    /// What groups give its owner. Requests ask for it themselves.
    groups: Option<Arc<GroupRoles>>,
}

/// What became of a request with a token.
#[derive(Debug)]
pub(super) enum Use {
    Valid(Arc<TokenPrincipal>, Credential),
    /// Not from this address.
    Elsewhere(Arc<TokenPrincipal>),
    Unknown,
}

impl Live {
    /// Replaces all tokens. What goes on with one ends if it is gone, or may not do now what it might do before.
    pub(super) fn replace(&mut self, stored: Vec<Stored>) {
        self.is_cleared = false;
        let mut before = std::mem::take(&mut self.tokens);
        for token in stored {
            let Stored { principal, scope, expires_at, last_used_at, groups } = token;
            let id = principal.id;
            let same = before.remove(&id).filter(|it| {
                *it.principal == principal && it.scope == scope && it.expires_at == expires_at
            });
            let token = same.unwrap_or_else(|| LiveToken {
                principal: Arc::new(principal),
                scope,
                expires_at,
                last_used_at,
                credential: Credential::new(),
                groups,
            });
            self.tokens.insert(id, token);
        }
        // Those that are not there any more were dropped with the map, or replaced: each ends its credential.
    }

    /// Notes what groups give the owner of each token. What was begun with a token ends if that is less than then; the
    /// token stays valid.
    pub(super) fn follow_groups(
        &mut self,
        follow: impl Fn(&UserName, &mut Option<Arc<GroupRoles>>, &mut Credential),
    ) {
        for token in self.tokens.values_mut() {
            follow(&token.principal.owner, &mut token.groups, &mut token.credential);
        }
    }

    /// Ends all of them.
    pub(super) fn clear(&mut self) {
        self.tokens.clear();
        self.is_cleared = true;
    }

    /// Whether all of them were ended since they were read.
    pub(super) fn is_cleared(&self) -> bool {
        self.is_cleared
    }

    /// Looks a token up, and counts that as use of it if it may be used from this address.
    pub(super) fn touch(&mut self, id: &TokenId, address: Option<IpAddr>, now: Timestamp) -> Use {
        let Some(token) = self.tokens.get_mut(id) else { return Use::Unknown };
        if now >= token.expires_at {
            return Use::Unknown;
        }
        if token.credential.has_ended() {
            // The wall clock was ahead for a while.
            token.credential = Credential::new();
        }
        if !token.scope.allows_address(address) {
            return Use::Elsewhere(Arc::clone(&token.principal));
        }
        let is_recent = |at: Timestamp| now.duration_since(at).unsigned_abs() < COARSE;
        if !token.last_used_at.is_some_and(is_recent) {
            token.last_used_at = Some(now);
            self.used.insert(*id, now);
        }
        Use::Valid(Arc::clone(&token.principal), token.credential.clone())
    }

    /// Whether a token is valid, with the same rights as `before`.
    pub(super) fn still_has_rights_of(&self, before: &TokenPrincipal, now: Timestamp) -> bool {
        let rights = |it: &TokenPrincipal| (it.role, it.owner_roles, it.read_only, it.due);
        self.tokens.get(&before.id).is_some_and(|LiveToken { principal, expires_at, .. }| {
            now < *expires_at
                && rights(principal) == rights(before)
                && principal.actions == before.actions
        })
    }

    /// Ends what goes on with those that have expired. They stay, because the wall clock may be set back.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        for token in self.tokens.values().filter(|token| now >= token.expires_at) {
            token.credential.end();
        }
    }

    /// The unwritten uses.
    pub(super) fn used(&self) -> impl Iterator<Item = (TokenId, Timestamp)> {
        self.used.iter().map(|(id, at)| (*id, *at))
    }

    /// Takes the unwritten uses.
    pub(super) fn take_used(&mut self) -> Vec<(TokenId, Timestamp)> {
        self.used.drain().collect()
    }

    /// Returns uses that could not be written.
    pub(super) fn give_back(&mut self, used: Vec<(TokenId, Timestamp)>) {
        for (id, at) in used {
            self.used.entry(id).or_insert(at);
        }
    }
}

impl Drop for LiveToken {
    fn drop(&mut self) {
        self.credential.end();
    }
}
