//! `PUT /api/connections/{id}`

use haltere_core::ConnectionId;

use super::error::UpdateError;
use super::input::ConnectionReplacement;
use super::view::{ConnectionView, Secrets};
use crate::app::App;
use crate::ctx::Ctx;

impl App {
    /// Replaces a connection. Its id, age and intent stay. Does not wait for the link.
    pub async fn replace_connection(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        replacement: ConnectionReplacement,
        secrets: Secrets,
    ) -> Result<ConnectionView, UpdateError> {
        todo!()
    }
}
