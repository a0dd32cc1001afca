//! `GET /api/profile`

use haltere_core::{Role, Roles, UserName};

use super::preferences::Preferences;
use super::{OwnSecondFactor, Profiles};
use crate::ctx::Ctx;
use crate::error::{Due, ErrorContext, Internal, NotAllowed};
use crate::groups::Membership;
use crate::policy::Action;

/// A user's own profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub username: UserName,
    /// The administrator who sees haltere as this user does.
    pub viewed_by: Option<UserName>,
    pub roles: Roles,
    pub permissions: Vec<Action>,
    /// What the user's groups give on each connection; `None` for a user whom no group concerns.
    pub connections: Option<Vec<ConnectionRole>>,
    /// The groups of the user, by name.
    pub groups: Vec<Membership>,
    /// Whether their password is still the one that the first start generated and printed; not shown to an administrator who
    /// sees haltere as they do.
    pub initial_password: bool,
    /// Whether they may do nothing but change it.
    pub must_change_password: bool,
    /// `None` for a user without a password, of whom no code is asked.
    pub second_factor: Option<OwnSecondFactor>,
    /// How they want to see the console; or the administrator does who sees haltere as this user.
    pub preferences: Preferences,
}

/// What a user may do with a connection as a member of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRole {
    pub id: String,
    pub name: String,
    /// The highest of `roles`.
    pub role: Role,
    /// Those of all groups with the connection.
    pub roles: Roles,
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
        let groups = Membership::all_of(read.groups(), ctx.user()).await.context(OPERATION)?;
        let second_factor = match &user {
            // An administrator who sees haltere as the user does is not asked for that user's.
            Some(user) if ctx.principal.viewed_by().is_none() => {
                self.second_factor_of(&mut *read, ctx, user).await?
            }
            _ => None,
        };
        let preferences = read.users().preferences(ctx.answerable()).await.context(OPERATION)?;
        Ok(Profile {
            second_factor,
            connections: self.connections_of(ctx),
            groups,
            username: ctx.user().clone(),
            viewed_by: ctx.principal.viewed_by().cloned(),
            roles: ctx.roles(),
            permissions: Action::ALL.into_iter().filter(|action| ctx.may(*action)).collect(),
            initial_password: user.is_some_and(|user| user.initial_password)
                && ctx.principal.viewed_by().is_none(),
            must_change_password: ctx.principal.due() == Some(Due::Password),
            preferences,
        })
    }

    fn connections_of(&self, ctx: &Ctx) -> Option<Vec<ConnectionRole>> {
        let visibility = ctx.visibility();
        if !visibility.is_by_groups() {
            return None;
        }
        let snapshot = self.fleet.registry.snapshot();
        let roles = snapshot.entries().iter().filter_map(|entry| {
            let roles = visibility.roles_on(entry.id(), Roles::default())?;
            let (id, name) = (entry.id().to_owned(), entry.name().to_owned());
            Some(ConnectionRole { id, name, role: roles.highest()?, roles })
        });
        Some(roles.collect())
    }
}
