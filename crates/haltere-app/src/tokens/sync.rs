//! Synchronizes the tokens in memory with those in the store. Run by background tasks.

use std::collections::HashMap;
use std::sync::Arc;

use haltere_core::{ConnectionId, Roles, Timestamp, TokenId, TokenScope, UserName, error_chain};
use haltere_store::failpoint::spared;
use haltere_store::{ReadTx, StoreError, TokenRecord, UserRecord};

use super::live::Stored;
use super::{Server, Tokens, record};
use crate::error::{Due, ErrorContext, Internal};
use crate::policy::{TokenPrincipal, Visibility};
use crate::second_factor::due_of_tokens;

impl Tokens {
    /// Ends what goes on with tokens that have expired, or with any while the plugin is off.
    pub(crate) fn sweep(&self) {
        let mut live = self.0.live.lock();
        if self.is_on() { live.sweep(self.now()) } else { live.clear() }
    }

    /// Reads the tokens again if they, or their owners, have changed since, and ends what goes on for owners who may see or
    /// do less than before. Groups are in memory by then.
    pub(crate) async fn sync(&self, counter: i64) -> Result<(), Internal> {
        // The plugin may have been off for a moment.
        let is_cleared = self.is_on() && self.0.live.lock().is_cleared();
        if is_cleared || *self.0.read_at.lock().await != Some((counter, self.is_on())) {
            self.read_again().await?;
        }
        if let Some(server) = &self.0.server {
            self.0.live.lock().follow_groups(|user, groups, credential| {
                server.fleet.follow_groups_of(user, groups, credential);
            });
        }
        Ok(())
    }

    /// Reads what another process has changed: a token, or the groups of its owner.
    pub(super) async fn catch_up(&self) -> Result<(), Internal> {
        const OPERATION: &str = "look for new tokens in the store";
        let Some(server) = &self.0.server else { return Ok(()) };
        let mut read = self.0.store.read().await.context(OPERATION)?;
        let counter = read.meta().change_counters().await.context(OPERATION)?.sessions;
        drop(read);
        server.fleet.catch_up_with_groups(&*self.0.store, counter).await?;
        self.sync(counter).await
    }

    /// Reads the tokens again.
    pub(crate) async fn read_again(&self) -> Result<(), Internal> {
        const OPERATION: &str = "read the tokens";
        let Some(server) = &self.0.server else { return Ok(()) };
        // One after the other, so that an older result does not replace a newer one.
        let mut read_at = self.0.read_at.lock().await;
        let is_on = self.is_on();
        let mut read = self.0.store.read().await.context(OPERATION)?;
        let counter = read.meta().change_counters().await.context(OPERATION)?.sessions;
        let second_factor_for = self.0.settings.second_factor_for;
        let stored = if is_on {
            valid(&mut *read, server, second_factor_for).await.context(OPERATION)?
        } else {
            Vec::new()
        };
        self.0.live.lock().replace(stored);
        *read_at = Some((counter, is_on));
        Ok(())
    }

    /// Writes the last use of tokens. What can't be written is kept for the next time.
    pub(crate) async fn write_use(&self) -> Result<(), Internal> {
        let _writing = self.0.writing_use.lock().await;
        let used = self.0.live.lock().take_used();
        if used.is_empty() {
            return Ok(());
        }
        let written = spared(self.store_use(&used)).await;
        if let Err(error) = &written {
            // A disk in trouble is logged elsewhere.
            if error.trouble().is_none() {
                let error = error_chain(error);
                tracing::warn!(error, "the use of tokens is not written down");
            }
            self.0.live.lock().give_back(used);
        }
        written
    }

    async fn store_use(&self, used: &[(TokenId, Timestamp)]) -> Result<(), Internal> {
        const OPERATION: &str = "write down the use of tokens";
        let mut write = self.0.store.write().await.context(OPERATION)?;
        write.tokens().touch(used).await.context(OPERATION)?;
        write.commit().await.context(OPERATION)
    }
}

/// The tokens of users who are there and may log in. Those that have expired are among them: the wall clock may be set back.
async fn valid(
    read: &mut dyn ReadTx,
    server: &Server,
    second_factor_for: Roles,
) -> Result<Vec<Stored>, StoreError> {
    let tokens = read.tokens().list().await?;
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let users = read.users().list().await?.into_iter().filter(|user| !user.disabled);
    let users: HashMap<UserName, UserRecord> =
        users.map(|user| (user.name.clone(), user)).collect();
    let mut valid = Vec::new();
    for token in tokens {
        let Some(owner) = users.get(&token.owner) else { continue };
        let due = due_of_tokens(read, owner, second_factor_for).await?;
        valid.extend(stored(&token, owner, due, server));
    }
    Ok(valid)
}

fn stored(
    token: &TokenRecord,
    owner: &UserRecord,
    due: Option<Due>,
    server: &Server,
) -> Option<Stored> {
    let Some((scope, actions)) = record::scope(token).zip(record::actions(token).ok()) else {
        let name = token.name.as_str();
        tracing::warn!(name, "what limits a token can't be read; the token is not valid");
        return None;
    };
    let principal = TokenPrincipal {
        id: token.id,
        name: token.name.clone(),
        owner: owner.name.clone(),
        role: token.role,
        owner_roles: owner.roles,
        read_only: scope.read_only,
        actions,
        visibility: visibility(&scope, server),
        due,
    };
    Some(Stored {
        principal,
        scope,
        expires_at: token.expires_at,
        last_used_at: token.last_used_at,
        groups: server.fleet.group_roles_of(&owner.name),
    })
}

fn visibility(scope: &TokenScope, server: &Server) -> Visibility {
    let ids = scope.connections.as_ref().map(|ids| ids.iter().map(ConnectionId::as_str));
    if !scope.labels.is_empty() {
        let fleet = Arc::clone(&server.fleet);
        return Visibility::labelled(scope.labels.clone(), ids, fleet);
    }
    ids.map_or(Visibility::ALL, Visibility::of)
}
