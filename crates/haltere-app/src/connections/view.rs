//! What callers get to see.

use std::sync::Arc;

use haltere_core::ConnectionStatus;

use super::registry::Entry;

/// Whether the caller wants to see passwords and private keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Secrets {
    /// Yes, if the roles and the configuration allow it.
    Include,
    /// No.
    Omit,
}

/// A connection as one caller may see it, with its status.
#[derive(Debug, Clone)]
pub struct ConnectionView {
    /// What is stored.
    pub entry: Arc<Entry>,
    /// How the link is; `None` for an unreadable entry, and only then.
    pub status: Option<Arc<ConnectionStatus>>,
    /// Whether the caller may see the password and the key in `entry`. When this is false they must
    /// not leave the process.
    pub secrets: bool,
}
