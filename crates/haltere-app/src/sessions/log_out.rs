//! `GET /logout`

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Internal;

impl App {
    /// Ends the caller's session, audited; nothing happens when it has ended already.
    pub async fn log_out(&self, ctx: &Ctx) -> Result<(), Internal> {
        todo!()
    }
}
