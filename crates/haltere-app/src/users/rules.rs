//! What has to hold for users.

use std::collections::HashSet;

use haltere_core::{Role, Roles, UserName};
use haltere_store::{UserReads, UserRecord, WriteTx};

use super::UserError;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, FieldFault, Internal, Invalid, NotAllowed, TokenRule};
use crate::policy::Principal;

/// The most users there are. Each login and each list reads all of them at worst.
const MAX_USERS: usize = 10_000;

/// There has to be room for one more.
pub(super) async fn check_count(users: &mut dyn UserReads) -> Result<(), UserError> {
    let users = users.list().await.context("count users")?;
    if users.len() < MAX_USERS { Ok(()) } else { Err(UserError::TooMany) }
}

/// A user has to have a role.
pub(super) fn check_roles(roles: Roles) -> Result<(), Invalid> {
    if roles.is_empty() {
        return Err(Invalid::of("roles", &FieldFault::NoRole));
    }
    Ok(())
}

/// The name of haltere itself in the audit trail is reserved.
pub(super) fn check_name(name: &UserName) -> Result<(), Invalid> {
    if name.as_str() == Principal::SYSTEM_NAME {
        return Err(Invalid::new("username", "is reserved for haltere itself"));
    }
    // RFC 3986, 5.2.4: its path would be that of all users.
    if matches!(name.as_str(), "." | "..") {
        return Err(Invalid::of("username", &FieldFault::OnlyDots));
    }
    if name.as_str().contains(Principal::TOKEN_MARK) {
        return Err(Invalid::new(
            "username",
            "must not contain what precedes a token in the audit trail",
        ));
    }
    Ok(())
}

/// A token can't change, invite or remove the user for whom it acts, nor see their sessions: a new password would let its
/// holder log in, and a leaked token must not lock its user out.
pub(crate) fn not_own_of_token(ctx: &Ctx, name: &UserName) -> Result<(), NotAllowed> {
    match ctx.principal.token() {
        Some(token) if token.owner == *name => Err(NotAllowed::Token(TokenRule::NeedsLogin)),
        _ => Ok(()),
    }
}

/// Only the command line changes a break-glass user: an intruder in the API could otherwise keep a way in, or lock out the last
/// user who can log in without the provider.
pub(super) async fn not_break_glass(
    tx: &mut dyn WriteTx,
    ctx: &Ctx,
    name: &UserName,
) -> Result<(), UserError> {
    if !ctx.principal.is_limited() {
        return Ok(());
    }
    let excepted = tx.sign_ons().break_glass().await.context("look for break-glass users")?;
    if excepted.contains(name) { Err(UserError::BreakGlass) } else { Ok(()) }
}

/// There has to be an administrator other than `name` who sees all connections.
pub(super) async fn keep_an_admin(
    tx: &mut dyn WriteTx,
    name: &UserName,
    local_login: bool,
) -> Result<(), UserError> {
    let admins = admins_who_see_all(tx, local_login).await?;
    if admins == [name.clone()] { Err(UserError::LastAdmin) } else { Ok(()) }
}

/// The administrators who can log in and are in no group that hides connections from them, by name. Without local login,
/// those can log in who have done so with single sign-on, and those whom the command line has excepted.
pub(crate) async fn admins_who_see_all(
    tx: &mut dyn WriteTx,
    local_login: bool,
) -> Result<Vec<UserName>, Internal> {
    const OPERATION: &str = "look for administrators";
    let users = tx.users().list().await.context(OPERATION)?;
    let groups = tx.groups().list().await.context(OPERATION)?;
    let narrowing = groups.iter().filter(|group| group.narrows);
    let members = narrowing.flat_map(|group| &group.members).map(|member| &member.user);
    let narrowed: HashSet<&UserName> = members.collect();
    let excepted = tx.sign_ons().break_glass().await.context(OPERATION)?;
    let is_admin = |user: &&UserRecord| {
        user.roles.contains(Role::Admin) && !user.disabled && !narrowed.contains(&user.name)
    };
    let mut able = Vec::new();
    for user in users.iter().filter(is_admin) {
        let uses_password =
            user.password_hash.is_some() && (local_login || excepted.contains(&user.name));
        let signs_on = !local_login
            && tx.sign_ons().identity_of(&user.name).await.context(OPERATION)?.is_some();
        if uses_password || signs_on {
            able.push(user.name.clone());
        }
    }
    Ok(able)
}
