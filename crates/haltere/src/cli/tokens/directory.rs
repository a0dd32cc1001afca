//! Application tokens, wherever they are.

use haltere_app::tokens::NewToken;
use haltere_core::{Timestamp, TokenName, TokenSecret};

/// The tokens of a haltere: in the data folder, or at the remote one.
pub(super) trait TokenDirectory {
    /// All tokens, by name.
    async fn list(&self) -> anyhow::Result<Vec<ListedToken>>;

    async fn create(&self, new: NewToken) -> anyhow::Result<Created>;

    async fn revoke(&self, name: &TokenName) -> anyhow::Result<()>;
}

/// A new token, which can't be shown again.
pub(super) struct Created {
    pub(super) owner: String,
    pub(super) expires_at: Timestamp,
    pub(super) secret: TokenSecret,
}

/// A token as a list shows it.
pub(super) struct ListedToken {
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) role: String,
    pub(super) expires_at: Timestamp,
    pub(super) last_used_at: Option<Timestamp>,
    /// `None` if it can't be read; then the token is not valid.
    pub(super) limits: Option<ListedLimits>,
}

/// What limits a token.
#[derive(Default)]
pub(super) struct ListedLimits {
    pub(super) read_only: bool,
    /// Names.
    pub(super) actions: Option<Vec<String>>,
    /// Ids.
    pub(super) connections: Option<Vec<String>>,
    /// A selector.
    pub(super) labels: Option<String>,
    pub(super) networks: Vec<String>,
}
