//! `GET /api/tokens`, `GET /api/tokens/{tokenHash}`, `haltere tokens list`

use std::collections::{BTreeSet, HashMap};

use haltere_core::{Role, Timestamp, TokenId, TokenName, TokenScope, UserName};
use haltere_store::{StoreError, TokenReads, TokenRecord};

use super::{TokenError, Tokens, record};
use crate::ctx::Ctx;
use crate::error::ErrorContext;
use crate::policy::Action;

/// A token, as others may see it: without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The SHA-256 of the secret.
    pub id: TokenId,
    /// Unique.
    pub name: TokenName,
    /// May be empty.
    pub description: String,
    /// The user for whom it acts.
    pub owner: UserName,
    pub role: Role,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// To within two minutes.
    pub last_used_at: Option<Timestamp>,
    /// `None` if it, or `actions`, can't be read; then the token is not valid.
    pub scope: Option<TokenScope>,
    /// The only actions that it may do, in addition to seeing its profile; `None` for all.
    pub actions: Option<BTreeSet<Action>>,
}

impl From<TokenRecord> for Token {
    fn from(token: TokenRecord) -> Self {
        let actions = record::actions(&token);
        let scope = record::scope(&token).filter(|_| actions.is_ok());
        let actions = actions.unwrap_or_default();
        let TokenRecord {
            id,
            name,
            description,
            owner,
            role,
            created_at,
            expires_at,
            last_used_at,
            read_only: _,
            connections: _,
            labels: _,
            networks: _,
            actions: _,
        } = token;
        Self {
            id,
            name,
            description,
            owner,
            role,
            created_at,
            expires_at,
            last_used_at,
            scope,
            actions,
        }
    }
}

impl Tokens {
    /// All tokens, by name.
    pub async fn list(&self, ctx: &Ctx) -> Result<Vec<Token>, TokenError> {
        const OPERATION: &str = "list tokens";
        ctx.authorize(Action::ListTokens)?;
        let mut read = self.0.store.read().await.context(OPERATION)?;
        Ok(self.all(ctx, read.tokens()).await.context(OPERATION)?)
    }

    /// One token.
    pub async fn get(&self, ctx: &Ctx, id: &TokenId) -> Result<Token, TokenError> {
        const OPERATION: &str = "look a token up";
        ctx.authorize(Action::ListTokens)?;
        let mut read = self.0.store.read().await.context(OPERATION)?;
        let token = read.tokens().find(id).await.context(OPERATION)?;
        let token = token.map(Token::from).ok_or(TokenError::NotFound)?;
        Ok(self.shown(ctx, vec![token]).remove(0))
    }

    pub(super) async fn all(
        &self,
        ctx: &Ctx,
        tokens: &mut dyn TokenReads,
    ) -> Result<Vec<Token>, StoreError> {
        let tokens = tokens.list().await?;
        Ok(self.shown(ctx, tokens.into_iter().map(Token::from).collect()))
    }

    /// The tokens as the caller may see them: with uses that are not written yet, and without connections that are hidden.
    fn shown(&self, ctx: &Ctx, mut tokens: Vec<Token>) -> Vec<Token> {
        let used: HashMap<TokenId, Timestamp> = self.0.live.lock().used().collect();
        for token in &mut tokens {
            token.last_used_at = token.last_used_at.max(used.get(&token.id).copied());
            if let Some(ids) = token.scope.as_mut().and_then(|scope| scope.connections.as_mut()) {
                ids.retain(|id| ctx.visibility().covers(id.as_str()));
            }
        }
        tokens
    }
}
