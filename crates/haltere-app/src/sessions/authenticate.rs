//! Who a session token belongs to.

use haltere_core::{Caller, Timestamp};

use crate::app::App;
use crate::error::Internal;

/// A session that is valid now.
#[derive(Debug, Clone)]
pub struct Session {
    /// Whose it is.
    pub caller: Caller,
    /// When it ends however busy it is.
    pub expires_at: Timestamp,
    /// Tells when it ends.
    pub end: EndSignal,
}

/// Tells when a session ends: at logout, expiry, idleness, or when the user's password or roles
/// change, in this process or another one. Within about a second.
#[derive(Debug, Clone)]
pub struct EndSignal {
    token: tokio_util::sync::CancellationToken,
}

impl EndSignal {
    /// Waits for the end.
    pub async fn ended(&self) {
        self.token.cancelled().await;
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.token.is_cancelled()
    }
}

impl App {
    /// Whose session this token is; `None` when it is nobody's (any more). Counts as use of the session.
    pub async fn authenticate(&self, token: &str) -> Result<Option<Session>, Internal> {
        todo!()
    }
}
