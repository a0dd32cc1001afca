//! `DELETE /api/connections/{id}`

use haltere_core::ConnectionId;

use super::error::ConnectionError;
use super::list::Listing;
use super::view::Secrets;
use crate::app::App;
use crate::ctx::Ctx;

impl App {
    /// Deletes a connection and ends its link; the remaining ones.
    pub async fn delete_connection(
        &self,
        ctx: &Ctx,
        id: &ConnectionId,
        secrets: Secrets,
    ) -> Result<Listing, ConnectionError> {
        todo!()
    }
}
