//! Of whom a second factor is required.

use haltere_core::{Roles, SessionId};
use haltere_store::{ReadTx, StoreError, UserRecord};

use crate::error::Due;

/// Whether it is required of a user: by one of their own roles, or by one that a group gives them on its connections.
pub(crate) async fn is_required(
    read: &mut dyn ReadTx,
    user: &UserRecord,
    required_for: Roles,
) -> Result<bool, StoreError> {
    let is_one_of = |roles: Roles| required_for.iter().any(|role| roles.contains(role));
    if required_for.is_empty() {
        return Ok(false);
    }
    Ok(is_one_of(user.roles) || is_one_of(read.groups().roles_of(&user.name).await?))
}

/// Whether it concerns a user in this session, or, without one, with their tokens. Providers and proxies ask for a second
/// factor themselves, so users who come from there are not asked for another.
pub(crate) async fn concerns(
    read: &mut dyn ReadTx,
    user: &UserRecord,
    session: Option<&SessionId>,
) -> Result<bool, StoreError> {
    if user.password_hash.is_none() {
        return Ok(false);
    }
    Ok(match session {
        Some(session) => read.sign_ons().session(session).await?.is_none(),
        None => read.sign_ons().identity_of(&user.name).await?.is_none(),
    })
}

/// What a user has to do first who comes with this session.
pub(crate) async fn due_in_session(
    read: &mut dyn ReadTx,
    user: &UserRecord,
    session: &SessionId,
    required_for: Roles,
) -> Result<Option<Due>, StoreError> {
    due(read, user, Some(session), required_for).await
}

/// What a user has to do first before their tokens are good for anything.
pub(crate) async fn due_of_tokens(
    read: &mut dyn ReadTx,
    owner: &UserRecord,
    required_for: Roles,
) -> Result<Option<Due>, StoreError> {
    due(read, owner, None, required_for).await
}

async fn due(
    read: &mut dyn ReadTx,
    user: &UserRecord,
    session: Option<&SessionId>,
    required_for: Roles,
) -> Result<Option<Due>, StoreError> {
    if user.must_change_password {
        return Ok(Some(Due::Password));
    }
    if user.has_second_factor || !is_required(read, user, required_for).await? {
        return Ok(None);
    }
    Ok(concerns(read, user, session).await?.then_some(Due::SecondFactor))
}
