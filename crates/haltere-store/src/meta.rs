//! What the installation knows about itself.

use async_trait::async_trait;

use crate::StoreError;

/// Counters that move with every committed change, so that a process can notice what another one wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Revisions {
    /// Connections.
    pub connections: i64,
    /// Users' passwords and roles, and sessions that were ended.
    pub sessions: i64,
    /// Plugin switches.
    pub plugins: i64,
}

/// Reading.
#[async_trait]
pub trait MetaReads {
    /// A value by name: the instance id, the vault's sealed data key.
    async fn get_meta(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// The counters.
    async fn revisions(&mut self) -> Result<Revisions, StoreError>;
}

/// Writing.
#[async_trait]
pub trait MetaWrites {
    /// Sets a value, replacing an earlier one.
    async fn set_meta(&mut self, name: &str, value: &[u8]) -> Result<(), StoreError>;

    /// Removes a value; whether there was one.
    async fn delete_meta(&mut self, name: &str) -> Result<bool, StoreError>;
}
