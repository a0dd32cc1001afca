//! The tokens in the data folder.

use std::collections::BTreeSet;

use haltere_app::tokens::{CreatedToken, NewToken, Token, Tokens};
use haltere_app::{Action, Ctx};
use haltere_core::{Network, TokenName, TokenScope};

use super::directory::{Created, ListedLimits, ListedToken, TokenDirectory};

/// The tokens in the data folder, with or without a running server.
pub(super) struct LocalTokens {
    pub(super) tokens: Tokens,
    pub(super) ctx: Ctx,
}

impl TokenDirectory for LocalTokens {
    async fn list(&self) -> anyhow::Result<Vec<ListedToken>> {
        let tokens = self.tokens.list(&self.ctx).await?;
        Ok(tokens.into_iter().map(ListedToken::from).collect())
    }

    async fn create(&self, new: NewToken) -> anyhow::Result<Created> {
        let CreatedToken { token, secret } = self.tokens.create(&self.ctx, new).await?;
        let Token { owner, expires_at, .. } = token;
        Ok(Created { owner: owner.as_str().to_owned(), expires_at, secret })
    }

    async fn revoke(&self, name: &TokenName) -> anyhow::Result<()> {
        self.tokens.revoke_named(&self.ctx, name).await?;
        Ok(())
    }
}

impl From<Token> for ListedToken {
    fn from(token: Token) -> Self {
        Self {
            name: token.name.as_str().to_owned(),
            owner: token.owner.as_str().to_owned(),
            role: token.role.as_str().to_owned(),
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
            limits: token.scope.map(|scope| limits(scope, token.actions)),
        }
    }
}

fn limits(scope: TokenScope, actions: Option<BTreeSet<Action>>) -> ListedLimits {
    let TokenScope { connections, labels, networks, read_only } = scope;
    ListedLimits {
        read_only,
        actions: actions.map(|all| all.iter().map(|it| it.as_str().to_owned()).collect()),
        connections: connections.map(|ids| ids.iter().map(|id| id.as_str().to_owned()).collect()),
        labels: (!labels.is_empty()).then(|| labels.to_string()),
        networks: networks.iter().map(Network::to_string).collect(),
    }
}
