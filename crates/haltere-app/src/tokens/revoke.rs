//! `DELETE /api/tokens/{tokenHash}`, `haltere tokens revoke`

use haltere_core::{AuditAction, TokenId, TokenName};
use haltere_store::{TokenRecord, WriteTx};

use super::{Token, TokenError, Tokens};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::Action;

const OPERATION: &str = "revoke a token";

impl Tokens {
    /// Revokes a token, if there is such a one; the remaining tokens. What goes on with it ends.
    pub async fn revoke(&self, ctx: &Ctx, id: &TokenId) -> Result<Vec<Token>, TokenError> {
        ctx.authorize(Action::RevokeToken)?;
        let (tokens, job_ctx, id) = (self.clone(), ctx.clone(), *id);
        let remaining =
            self.to_completion(async move { tokens.delete(&job_ctx, &id).await }).await?;
        // It is gone in the store. If that can't be read now, the reconciler will.
        let _ = self.read_again().await;
        // To revoke does not mean to see: a token may be limited to that.
        Ok(if ctx.may(Action::ListTokens) { remaining } else { Vec::new() })
    }

    /// The same for the token with this name.
    pub async fn revoke_named(&self, ctx: &Ctx, name: &TokenName) -> Result<(), TokenError> {
        let tokens = self.list(ctx).await?;
        let token = tokens.iter().find(|token| token.name == *name).ok_or(TokenError::NotFound)?;
        self.revoke(ctx, &token.id).await.map(drop)
    }

    async fn delete(&self, ctx: &Ctx, id: &TokenId) -> Result<Vec<Token>, TokenError> {
        let mut tx = self.0.store.write().await.context(OPERATION)?;
        let Some(token) = tx.tokens().find(id).await.context(OPERATION)? else {
            return Ok(self.all(ctx, tx.tokens()).await.context(OPERATION)?);
        };
        self.delete_in(&mut *tx, ctx, &token).await?;
        let remaining = self.all(ctx, tx.tokens()).await.context(OPERATION)?;
        tx.commit().await.context(OPERATION)?;
        Ok(remaining)
    }

    /// Removes a token that is there, audited.
    pub(super) async fn delete_in(
        &self,
        tx: &mut dyn WriteTx,
        ctx: &Ctx,
        token: &TokenRecord,
    ) -> Result<(), TokenError> {
        self.count_change(ctx)?;
        tx.tokens().delete(&token.id).await.context(OPERATION)?;
        let detail = format!("for {}", token.owner);
        let (now, name) = (self.now(), token.name.as_str());
        let entry = audit::done(now, ctx, AuditAction::TokenRevoke, name, detail);
        Ok(tx.audit().append(&entry).await.context(OPERATION)?)
    }
}
