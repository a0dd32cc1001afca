//! `GET /api/profile`

use haltere_core::{Roles, UserName};

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::NotAllowed;
use crate::policy::Action;

/// What somebody sees of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Their name.
    pub username: UserName,
    /// What they may do.
    pub roles: Roles,
}

impl App {
    /// The caller's profile.
    pub fn profile(&self, ctx: &Ctx) -> Result<Profile, NotAllowed> {
        ctx.authorize(Action::ReadProfile)?;
        Ok(Profile { username: ctx.caller.user.clone(), roles: ctx.caller.roles })
    }
}
