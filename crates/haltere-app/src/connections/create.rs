//! `POST /api/connections`

use super::input::NewConnection;
use super::list::Listing;
use super::view::{ConnectionView, Secrets};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Internal, Invalid, NotAllowed};

/// What became of a create.
#[derive(Debug, Clone)]
pub struct Created {
    /// The stored connection with its status.
    pub connection: ConnectionView,
    /// How the first attempt to connect ended.
    pub outcome: Outcome,
    /// Whether a connection that was there already was put right.
    pub mended: bool,
    /// All connections after the change.
    pub all: Listing,
}

/// How the first attempt to connect ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The link is up.
    Connected,
    /// It is not; the message says why, and it is dialled on.
    Failed(String),
}

/// Why nothing was created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The roles are too low.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// A field makes no sense.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Id and name belong to one stored connection that does not need mending.
    #[error("Connection with the same name/id already exists")]
    SameNameAndId,
    /// Only the id or only the name is taken, or they belong to two different connections.
    #[error("Connection with either the same name or id already exists")]
    EitherNameOrId,
    /// There are as many connections as the configuration allows.
    #[error("Maximum number of connections reached")]
    LimitReached,
    /// Id and name belong to a stored connection that can't be read.
    #[error(
        "Connection already exists but status of the connection not found. Config file might be malformed"
    )]
    StatusNotFound {
        /// Why it can't be read; for the log.
        reason: String,
    },
    /// Something failed that is no fault of the caller.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// Stores a connection, dials it, and waits for the first outcome, at most the connect time-out.
    ///
    /// When id and name belong to one stored connection whose last attempt failed, that one is
    /// overwritten: this is how a misconfigured connection is put right. What is stored stays stored
    /// when the returned future is dropped.
    ///
    /// `secrets` is for the answer; giving out all connections with their secrets is audited together
    /// with the change.
    pub async fn create_connection(
        &self,
        ctx: &Ctx,
        new: NewConnection,
        secrets: Secrets,
    ) -> Result<Created, CreateError> {
        todo!()
    }
}
