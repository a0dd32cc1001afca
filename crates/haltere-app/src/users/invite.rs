//! Invitations: `POST /api/user-management/users/{userName}/invitation`, `haltere users invite`, and their use,
//! `POST /api/invitation`.
//!
//! An invitation is a token that lets its holder set the password of one user, once. Only its SHA-256 is stored, with
//! the user: a new invitation replaces the previous one, and any new password ends it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use haltere_core::{AuditAction, Caller, Origin, Secret, Timestamp, UserName};
use haltere_store::{Invitation, InvitationId, UserReads, UserRecord};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{PasswordCheck, UserError, Users, check_password, names, rules};
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::now::now;
use crate::policy::Action;

/// How long an invitation is valid: a weekend and a day.
const VALID: Duration = Duration::from_hours(72);

const INVITE: &str = "invite a user";
const ACCEPT: &str = "accept an invitation";

/// An invitation, with what is not kept.
#[derive(Debug)]
pub struct NewInvitation {
    pub user: UserName,
    /// 256 random bits in URL-safe base64 without padding.
    pub token: Secret<String>,
    pub expires_at: Timestamp,
}

impl Users {
    /// Makes an invitation, which replaces the user's earlier one. The user's password, if there is one, stays until it
    /// is used.
    pub async fn invite(&self, ctx: &Ctx, name: &UserName) -> Result<NewInvitation, UserError> {
        ctx.authorize(Action::InviteUser)?;
        let (users, ctx, name) = (self.clone(), ctx.clone(), name.clone());
        self.to_completion(async move { users.store_invitation(&ctx, &name).await }).await
    }

    async fn store_invitation(
        &self,
        ctx: &Ctx,
        name: &UserName,
    ) -> Result<NewInvitation, UserError> {
        let mut tx = self.store.write().await.context(INVITE)?;
        let user = names::find(tx.users(), name.as_str()).await.context(INVITE)?;
        let mut user = user.ok_or(UserError::NotFound)?;
        rules::not_own_of_token(ctx, &user.name)?;
        rules::not_break_glass(&mut *tx, ctx, &user.name).await?;
        self.count_change(ctx)?;
        let (now, token) = (now(&*self.clock), new_token());
        let expires_at = now.checked_add(VALID).unwrap_or(Timestamp::MAX);
        user.invitation = Some(Invitation { id: id_of(token.expose()), expires_at });
        user.updated_at = now;
        tx.users().update(&user).await.context(INVITE)?;
        let name = user.name;
        let entry = audit::done(now, ctx, AuditAction::UserInvite, name.as_str(), "");
        tx.audit().append(&entry).await.context(INVITE)?;
        tx.commit().await.context(INVITE)?;
        Ok(NewInvitation { user: name, token, expires_at })
    }

    /// Sets the password of the user that `token` invites; their name. All sessions of the user end.
    pub async fn accept_invitation(
        &self,
        origin: Origin,
        token: Secret<String>,
        password: Secret<String>,
    ) -> Result<UserName, UserError> {
        let users = self.clone();
        self.to_completion(async move { users.store_accepted(origin, &token, password).await })
            .await
    }

    async fn store_accepted(
        &self,
        origin: Origin,
        token: &Secret<String>,
        password: Secret<String>,
    ) -> Result<UserName, UserError> {
        let id = id_of(token.expose());
        let invited = {
            let mut read = self.store.read().await.context(ACCEPT)?;
            self.find_invited(read.users(), &id).await?
        };
        check_password(&invited.name, &password)?;
        let (account, address) = (invited.name.as_str(), origin.address);
        let check = PasswordCheck { account, address, is_known: false };
        let permit = self.passwords.acquire(check).await.map_err(UserError::TooManyChecks)?;
        let hash = permit.hash(password).await?;
        let mut tx = self.store.write().await.context(ACCEPT)?;
        // It may have been used while the password was hashed.
        let mut user = self.find_invited(tx.users(), &id).await?;
        user.password_hash = Some(hash);
        user.initial_password = false;
        user.must_change_password = false;
        user.invitation = None;
        user.updated_at = now(&*self.clock);
        tx.users().update(&user).await.context(ACCEPT)?;
        tx.sessions().delete_of(&user.name, None).await.context(ACCEPT)?;
        let caller = Caller { user: user.name.clone(), roles: user.roles, session: None };
        let (ctx, action) = (Ctx::new(caller, origin), AuditAction::UserPassword);
        let entry = audit::done(user.updated_at, &ctx, action, user.name.as_str(), "by invitation");
        tx.audit().append(&entry).await.context(ACCEPT)?;
        tx.commit().await.context(ACCEPT)?;
        self.changed.notify_one();
        Ok(user.name)
    }

    async fn find_invited(
        &self,
        users: &mut dyn UserReads,
        id: &InvitationId,
    ) -> Result<UserRecord, UserError> {
        let found = users.find_invited(id).await.map_err(|error| Internal::new(ACCEPT, error))?;
        let now = now(&*self.clock);
        let is_valid = |invitation: Invitation| now < invitation.expires_at;
        let found = found.filter(|user| !user.disabled && user.invitation.is_some_and(is_valid));
        found.ok_or(UserError::NoInvitation)
    }
}

fn new_token() -> Secret<String> {
    let bytes = Zeroizing::new(rand::random::<[u8; 32]>());
    Secret::new(URL_SAFE_NO_PAD.encode(*bytes))
}

/// A fast hash is enough: 256 random bits can't be guessed.
fn id_of(token: &str) -> InvitationId {
    InvitationId(Sha256::digest(token.as_bytes()).into())
}
