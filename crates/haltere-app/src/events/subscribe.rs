//! `GET /api/events`

use super::hub::{EventId, Subscriber};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::NotAllowed;
use crate::policy::Action;

impl App {
    /// Follows what changes from now on, or from `after`. The subscriber leaves out what the caller
    /// may not see.
    pub fn subscribe(&self, ctx: &Ctx, after: Option<EventId>) -> Result<Subscriber, NotAllowed> {
        ctx.authorize(Action::FollowEvents)?;
        Ok(self.0.hub.subscribe(ctx.caller.roles, after, self.stopping()))
    }
}
