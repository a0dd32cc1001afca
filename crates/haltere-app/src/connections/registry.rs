//! All stored connections, in memory.

use std::sync::Arc;

use haltere_core::{Connection, Intent, MmcFields, Pem, Revision, Timestamp};

/// One stored connection.
#[derive(Debug)]
pub struct Entry {
    connection: Result<Arc<Connection>, Unreadable>,
}

impl Entry {
    /// The connection, or what can be said about the row when it makes no sense.
    pub fn connection(&self) -> Result<&Arc<Connection>, &Unreadable> {
        self.connection.as_ref()
    }

    /// Its id.
    pub fn id(&self) -> &str {
        todo!()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        todo!()
    }

    /// Its broker's URL, as stored.
    pub fn url(&self) -> &str {
        todo!()
    }

    /// Whether the link should be up.
    pub fn intent(&self) -> Intent {
        todo!()
    }

    /// Whether there is a password or a private key in it.
    pub fn has_secrets(&self) -> bool {
        todo!()
    }
}

/// A stored connection that can't be used: its secrets can't be opened, or its values make no sense.
/// It is listed without a status, can be replaced and deleted, and is never dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Why; names the field (`credentials.password: …`).
    pub reason: String,
    /// As stored.
    pub id: String,
    /// As stored.
    pub name: String,
    /// As stored.
    pub url: String,
    /// `credentials.username`
    pub username: Option<String>,
    /// `credentials.clientId`
    pub client_id: Option<String>,
    /// `rejectUnauthorized`
    pub reject_unauthorized: Option<bool>,
    /// `ca`
    pub ca: Option<Pem>,
    /// `cert`
    pub cert: Option<Pem>,
    /// Settings of the management center for Mosquitto.
    pub mmc: MmcFields,
    /// Whether the link should be up.
    pub intent: Intent,
    /// Grows with every change.
    pub revision: Revision,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
