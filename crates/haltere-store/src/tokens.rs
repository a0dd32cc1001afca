//! Application tokens, keyed by the SHA-256 of their secret.

use async_trait::async_trait;
use haltere_core::{Role, Timestamp, TokenId, TokenName, UserName};

use crate::StoreError;

/// A row of `tokens`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// The SHA-256 of the secret.
    pub id: TokenId,
    /// Unique.
    pub name: TokenName,
    /// What it is for; may be empty.
    pub description: String,
    /// The user for whom it acts.
    pub owner: UserName,
    pub role: Role,
    pub created_at: Timestamp,
    /// From then on it is not valid any more.
    pub expires_at: Timestamp,
    /// When it was last used, to within the interval at which uses are written.
    pub last_used_at: Option<Timestamp>,
    pub read_only: bool,
    /// The ids of the only connections that it covers, one per line.
    pub connections: Option<String>,
    /// Which labels these have, as a selector.
    pub labels: Option<String>,
    /// The only networks from which it may be used, separated by commas.
    pub networks: Option<String>,
    /// The names of the only actions that it may do, separated by commas.
    pub actions: Option<String>,
}

/// Looking up tokens.
#[async_trait]
pub trait TokenReads: Send {
    /// All tokens, by name, expired or not.
    async fn list(&mut self) -> Result<Vec<TokenRecord>, StoreError>;

    /// The token with this id, expired or not.
    async fn find(&mut self, id: &TokenId) -> Result<Option<TokenRecord>, StoreError>;
}

/// Changing tokens. All but [`touch`](Self::touch) move [`crate::ChangeCounters::sessions`].
#[async_trait]
pub trait TokenWrites: TokenReads {
    /// Adds a token; [`StoreError::Taken`] when the name is in use.
    async fn insert(&mut self, record: &TokenRecord) -> Result<(), StoreError>;

    /// Moves `last_used_at` forward for each of the tokens that is still there.
    async fn touch(&mut self, used: &[(TokenId, Timestamp)]) -> Result<(), StoreError>;

    /// Removes a token; whether there was one.
    async fn delete(&mut self, id: &TokenId) -> Result<bool, StoreError>;

    /// Removes all tokens of a user; how many.
    async fn delete_of(&mut self, owner: &UserName) -> Result<u64, StoreError>;
}
