//! `GET /api/profile`

use haltere_core::{Roles, UserName};

use super::Profiles;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, NotAllowed};
use crate::policy::Action;

/// A user's own profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub username: UserName,
    pub roles: Roles,
    pub permissions: Vec<Action>,
    /// Whether their password is still the one that the first start generated and printed.
    pub initial_password: bool,
    /// Whether they may do nothing but change it.
    pub must_change_password: bool,
}

/// Why there is no profile to see.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Profiles {
    /// The caller's profile.
    pub async fn read(&self, ctx: &Ctx) -> Result<Profile, ProfileError> {
        const OPERATION: &str = "look a profile up";
        ctx.authorize(Action::ReadProfile)?;
        let mut read = self.store.read().await.context(OPERATION)?;
        // A user who was just removed still gets a response, without a password.
        let user = read.users().find(ctx.user()).await.context(OPERATION)?;
        Ok(Profile {
            username: ctx.user().clone(),
            roles: ctx.roles(),
            permissions: Action::ALL.into_iter().filter(|action| ctx.may(*action)).collect(),
            initial_password: user.is_some_and(|user| user.initial_password),
            must_change_password: ctx.principal.must_change_password(),
        })
    }
}
