//! How long a principal may go on.

use tokio_util::sync::CancellationToken;

/// What a principal was authenticated with. Everything that outlives a request (a stream, a body that is read or sent
/// slowly) ends with it.
///
/// That of a user is their session: it ends at logout, expiry, idleness or revocation, and when the user's password or
/// roles change or the user is removed, in this process or another one. Within about a second.
///
/// That of a program is its token: it ends at expiry or revocation, and when its owner's roles change, or the owner is
/// disabled or removed. As fast.
#[derive(Debug, Clone)]
pub struct Credential(CancellationToken);

impl Credential {
    /// One that has not ended.
    pub(crate) fn new() -> Self {
        Self(CancellationToken::new())
    }

    /// Ends it, for all who hold it.
    pub(crate) fn end(&self) {
        self.0.cancel();
    }

    /// Waits for the end.
    pub async fn ended(&self) {
        self.0.cancelled().await;
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.0.is_cancelled()
    }
}
