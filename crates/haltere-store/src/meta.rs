//! What the installation knows about itself.

use std::ops::AddAssign;

use async_trait::async_trait;

use crate::StoreError;

/// Counters that move with every committed change, so that a process can notice what another one wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChangeCounters {
    /// Connections: by one with each that is inserted, changed or removed.
    pub connections: i64,
    /// Users' passwords and roles, sessions that were ended, and groups.
    pub sessions: i64,
    /// Plugin switches: by one with each that is moved.
    pub plugins: i64,
}

impl ChangeCounters {
    /// By how much changing so many connections moves them.
    pub fn of_connections(changed: usize) -> Self {
        Self { connections: count(changed), ..Self::default() }
    }

    /// By how much moving so many plugin switches moves them.
    pub fn of_plugins(moved: usize) -> Self {
        Self { plugins: count(moved), ..Self::default() }
    }
}

impl AddAssign for ChangeCounters {
    fn add_assign(&mut self, moved: Self) {
        let Self { connections, sessions, plugins } = moved;
        self.connections += connections;
        self.sessions += sessions;
        self.plugins += plugins;
    }
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).expect("memory holds fewer")
}

/// Reading.
#[async_trait]
pub trait MetaReads: Send {
    /// A value by name: the instance id, the vault's sealed data key.
    async fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// The counters as this transaction sees them.
    async fn change_counters(&mut self) -> Result<ChangeCounters, StoreError>;
}

/// Writing.
#[async_trait]
pub trait MetaWrites: MetaReads {
    /// Sets a value, replacing an earlier one.
    async fn set(&mut self, name: &str, value: &[u8]) -> Result<(), StoreError>;

    /// Removes a value; whether there was one.
    async fn delete(&mut self, name: &str) -> Result<bool, StoreError>;
}
