//! `POST /api/connection-test`

use haltere_link::ProbeReport;

use super::input::NewConnection;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Internal, Invalid, NotAllowed};

/// Why nothing was dialled.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// The roles are too low.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// A field makes no sense.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The test could not be written to the audit trail.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl App {
    /// Dials a broker once and says how far it got. Stores nothing but the audit entry.
    /// Neither id nor name matter.
    pub async fn test_connection(
        &self,
        ctx: &Ctx,
        candidate: NewConnection,
    ) -> Result<ProbeReport, TestError> {
        todo!()
    }
}
