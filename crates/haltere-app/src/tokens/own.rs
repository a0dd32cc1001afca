//! `/api/profile/tokens`: seeing and revoking the tokens that act for oneself. They outlast a demotion, so every user may.

use haltere_core::TokenId;
use haltere_store::{StoreError, TokenReads};

use super::{Token, TokenError, Tokens};
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::Action;

impl Tokens {
    /// The caller's tokens, by name.
    pub async fn list_own(&self, ctx: &Ctx) -> Result<Vec<Token>, TokenError> {
        const OPERATION: &str = "list one's own tokens";
        ctx.authorize(Action::ListOwnTokens)?;
        let mut read = self.0.store.read().await.context(OPERATION)?;
        Ok(self.own(ctx, read.tokens()).await.context(OPERATION)?)
    }

    /// Revokes one of the caller's tokens, audited; the remaining ones. What goes on with it ends.
    pub async fn revoke_own(&self, ctx: &Ctx, id: &TokenId) -> Result<Vec<Token>, TokenError> {
        ctx.authorize(Action::RevokeOwnToken)?;
        let (tokens, by, id) = (self.clone(), ctx.clone(), *id);
        let remaining =
            self.to_completion(async move { tokens.remove_own(&by, &id).await }).await?;
        // It is gone in the store. If that can't be read now, the reconciler will.
        let _ = self.read_again().await;
        Ok(remaining)
    }

    async fn remove_own(&self, ctx: &Ctx, id: &TokenId) -> Result<Vec<Token>, TokenError> {
        const OPERATION: &str = "revoke one of one's own tokens";
        let mut tx = self.0.store.write().await.context(OPERATION)?;
        let found = tx.tokens().find(id).await.context(OPERATION)?;
        let own = found.filter(|token| token.owner == *ctx.user());
        self.delete_in(&mut *tx, ctx, &own.ok_or(TokenError::NotFound)?).await?;
        let remaining = self.own(ctx, tx.tokens()).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        Ok(remaining)
    }

    async fn own(&self, ctx: &Ctx, tokens: &mut dyn TokenReads) -> Result<Vec<Token>, StoreError> {
        let mut tokens = self.all(ctx, tokens).await?;
        tokens.retain(|token| token.owner == *ctx.user());
        Ok(tokens)
    }
}
