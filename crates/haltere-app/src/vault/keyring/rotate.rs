//! Changes the master key in two steps. After a crash between any two of them, the vault still opens.
//!
//! 1. [`Keyring::offer`]: the data key is sealed by the next master key as well. From here on both open the vault.
//! 2. The operator replaces the master key, in its file or in the configuration.
//! 3. [`Keyring::settle`]: the wrapping by the old one is dropped. A server that is started with the
//!    next key does the same.

use haltere_core::AuditAction;
use haltere_store::WriteTx;

use super::status::{SINCE, time_to_bytes};
use super::{Keyring, KeyringError, store_failed};
use crate::audit;
use crate::ctx::Ctx;
use crate::now::now;
use crate::policy::Action;
use crate::vault::sealing::KeyId;
use crate::vault::wraps::Wraps;
use crate::vault::{MasterKey, VaultError};

impl Keyring {
    /// Makes `next` open the vault as well as `current`. A key offered earlier and not settled on is forgotten.
    pub async fn offer(
        &self,
        ctx: &Ctx,
        current: &MasterKey,
        next: &MasterKey,
    ) -> Result<(), KeyringError> {
        ctx.authorize(Action::ManageVault)?;
        if current.id() == next.id() {
            return Err(KeyringError::SameKey(next.id()));
        }
        let (mut tx, wraps) = self.begin().await?;
        let offered = Wraps {
            // `current` may itself be an offered key that was never settled.
            current: wraps.of(current)?.clone(),
            next: Some(Wraps::wrap(next, &wraps.open(current)?)),
        };
        offered.write(tx.meta()).await?;
        let detail = format!("begun: {} opens the vault as well as {}", next.id(), current.id());
        self.finish(ctx, tx, detail).await
    }

    /// Makes `key` the only one that opens the vault; whether another one did before.
    pub async fn settle(&self, ctx: &Ctx, key: &MasterKey) -> Result<bool, KeyringError> {
        ctx.authorize(Action::ManageVault)?;
        let (mut tx, wraps) = self.begin().await?;
        if wraps.next.is_none() || KeyId::of(&wraps.current) == Some(key.id()) {
            return Ok(false);
        }
        // That it opens is what makes it safe to drop the other one.
        wraps.open(key)?;
        let settled = Wraps { current: wraps.of(key)?.clone(), next: None };
        settled.write(tx.meta()).await?;
        let since = time_to_bytes(now(&*self.clock));
        tx.meta().set(SINCE, &since).await.map_err(store_failed)?;
        let detail = format!("finished: only {} opens the vault", key.id());
        self.finish(ctx, tx, detail).await?;
        Ok(true)
    }

    pub(super) async fn begin(&self) -> Result<(Box<dyn WriteTx>, Wraps), KeyringError> {
        let mut tx = self.store.write().await.map_err(store_failed)?;
        let wraps = Wraps::read(tx.meta()).await?.ok_or(VaultError::NoDataKey)?;
        Ok((tx, wraps))
    }

    pub(super) async fn finish(
        &self,
        ctx: &Ctx,
        mut tx: Box<dyn WriteTx>,
        detail: String,
    ) -> Result<(), KeyringError> {
        let now = self.clock.now();
        let entry = audit::done(now, ctx, AuditAction::SecretsRotate, "", detail);
        tx.audit().append(&entry).await.map_err(store_failed)?;
        tx.commit().await.map_err(store_failed)
    }
}
