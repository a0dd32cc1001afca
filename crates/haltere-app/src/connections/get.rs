//! `GET /api/connections/{id}`

use haltere_core::ConnectionId;

use super::error::ConnectionError;
use super::view::{ConnectionView, Secrets};
use crate::app::App;
use crate::ctx::Ctx;

impl App {
    /// One connection. Reading secrets is audited as in [`App::list_connections`].
    pub async fn get_connection(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        secrets: Secrets,
    ) -> Result<ConnectionView, ConnectionError> {
        todo!()
    }
}
