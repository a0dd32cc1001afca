//! From a user at the provider to a session here, in one transaction.

use haltere_core::{AuditAction, AuditChanges, AuditEntry, Caller, Origin, Role, Roles, UserName};
use haltere_store::{IdentityRecord, SignedOnRecord, UserRecord, WriteTx};

use super::SignOn;
use super::error::SignOnError;
use super::settings::AccountRules;
use crate::audit;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::now::now;
use crate::sessions::LoggedIn;
use crate::users::{UserError, signed_on};

const OPERATION: &str = "log in with single sign-on";

/// Who somebody is at the provider, or at the proxy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identified<'a> {
    pub(super) issuer: &'a str,
    pub(super) subject: &'a str,
    pub(super) provider_session: Option<&'a str>,
    /// How many logouts of the provider there were when the login began to be finished.
    pub(super) logouts_before: u64,
}

/// What is known of a user who logs in.
#[derive(Debug, Clone)]
pub(super) struct Account<'a> {
    pub(super) name: &'a str,
    /// At the provider: those that give roles.
    pub(super) groups: Vec<&'a str>,
    /// At the provider: those that give memberships. `None` if the user gets none at all.
    pub(super) memberships: Option<Vec<&'a str>>,
    pub(super) identified: Identified<'a>,
    pub(super) rules: &'a AccountRules,
    pub(super) origin: &'a Origin,
    pub(super) user_agent: Option<&'a str>,
}

impl SignOn {
    /// Finds or adds the user, gives them the roles and memberships that their groups give now, and begins a session.
    pub(super) async fn begin(&self, account: Account<'_>) -> Result<LoggedIn, SignOnError> {
        let _no_shift = self.sessions.block_clock_shift().await;
        let mut tx = self.store.write().await.context(OPERATION)?;
        if self.was_logged_out(&account.identified) {
            return Err(SignOnError::Expired);
        }
        let roles = account.rules.roles.roles_of(&account.groups);
        let found = find(&mut *tx, &account).await?;
        if let Some(user) = found.as_ref().filter(|user| user.disabled)
            && (!tx.sign_ons().lacks_role(&user.name).await.context(OPERATION)?
                || is_break_glass(&mut *tx, user).await?)
        {
            return Err(SignOnError::Disabled);
        }
        if roles.is_empty() {
            if let Some(user) = found {
                self.take_access(tx, &account, user).await?;
            }
            return Err(SignOnError::NoRole);
        }
        let mut user = match found {
            Some(user) => self.with_roles(&mut *tx, &account, user, roles).await?,
            None => self.add(&mut *tx, &account, roles).await?,
        };
        let has_moved = !is_break_glass(&mut *tx, &user).await?
            && self.follow_memberships(&mut *tx, &account, &user).await?;
        if has_moved {
            self.strict.check_change()?;
        }
        self.link(&mut *tx, &account, &mut user).await?;
        let Identified { issuer, subject, provider_session, .. } = account.identified;
        let signed_on = |session| SignedOnRecord {
            session,
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            provider_session: provider_session.map(str::to_owned),
        };
        let begun =
            self.sessions.begin_signed_on(tx, &user, account.origin, account.user_agent, signed_on);
        let logged_in = begun.await?;
        if has_moved {
            // Before the session is used: a group may hide connections from its members.
            self.fleet.reload_groups(&*self.store).await;
        }
        Ok(logged_in)
    }

    /// Whether the provider has ended meanwhile what is about to begin. Asked inside the transaction of the login.
    fn was_logged_out(&self, identified: &Identified<'_>) -> bool {
        let &Identified { issuer, subject, provider_session, logouts_before } = identified;
        let oidc = self.oidc.as_ref().filter(|oidc| oidc.settings.issuer == issuer);
        oidc.is_some_and(|it| it.logouts.have_ended(logouts_before, subject, provider_session))
    }

    /// Notes who the user is at the provider, if that is new. An invitation, which may be in other hands, ends.
    async fn link(
        &self,
        tx: &mut dyn WriteTx,
        account: &Account<'_>,
        user: &mut UserRecord,
    ) -> Result<(), SignOnError> {
        let Identified { issuer, subject, .. } = account.identified;
        let identity = IdentityRecord {
            user: user.name.clone(),
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
        };
        let former = tx.sign_ons().identity_of(&user.name).await.context(OPERATION)?;
        if former.as_ref() == Some(&identity) {
            return Ok(());
        }
        self.strict.check_change()?;
        tx.sign_ons().set_identity(&identity).await.context(OPERATION)?;
        if user.invitation.take().is_some() {
            tx.users().update(user).await.context(OPERATION)?;
        }
        let text = |it: &IdentityRecord| format!("{} at {}", it.subject, it.issuer);
        let mut changes = AuditChanges::none();
        changes.add("identity", former.as_ref().map(text).as_deref(), Some(&text(&identity)));
        let entry = self.entry(account, AuditAction::UserUpdate, user, "single sign-on");
        Ok(tx.audit().append(&AuditEntry { changes, ..entry }).await.context(OPERATION)?)
    }

    /// Takes access away from a user who logs in without a role: disables the user until they have one again, ends their sessions and
    /// removes the memberships that the mapping gave. Commits `tx`. Done even if strict auditing refuses changes, because it can't wait.
    async fn take_access(
        &self,
        mut tx: Box<dyn WriteTx>,
        account: &Account<'_>,
        mut user: UserRecord,
    ) -> Result<(), SignOnError> {
        let Identified { issuer, subject, .. } = account.identified;
        let known = tx.sign_ons().identity_of(&user.name).await.context(OPERATION)?;
        // What an administrator has prepared for somebody who was never here is left as it is.
        let is_known = known.is_some_and(|it| (&*it.issuer, &*it.subject) == (issuer, subject));
        if user.disabled
            || !is_known
            || is_break_glass(&mut *tx, &user).await?
            || self.is_last_admin(&mut *tx, &user).await?
        {
            return Ok(());
        }
        let before = user.clone();
        user.disabled = true;
        user.updated_at = now(&*self.clock);
        tx.users().update(&user).await.context(OPERATION)?;
        tx.sign_ons().set_lacks_role(&user.name, true).await.context(OPERATION)?;
        tx.sessions().delete_of(&user.name, None).await.context(OPERATION)?;
        let without = Account { memberships: None, ..account.clone() };
        let has_moved = self.follow_memberships(&mut *tx, &without, &user).await?;
        self.audit_change(&mut *tx, account, Some(&before), &user).await?;
        tx.commit().await.context(OPERATION)?;
        if has_moved {
            self.fleet.reload_groups(&*self.store).await;
        }
        Ok(())
    }

    /// The roles of now, of a user who is disabled at most for lack of one.
    async fn with_roles(
        &self,
        tx: &mut dyn WriteTx,
        account: &Account<'_>,
        mut user: UserRecord,
        roles: Roles,
    ) -> Result<UserRecord, SignOnError> {
        // The mapping of roles never changes a break-glass user.
        if is_break_glass(tx, &user).await? {
            return Ok(user);
        }
        let mut roles = roles;
        if user.roles.contains(Role::Admin)
            && !roles.contains(Role::Admin)
            && self.is_last_admin(tx, &user).await?
        {
            roles = roles.iter().chain([Role::Admin]).collect();
        }
        if roles == user.roles && !user.disabled {
            return Ok(user);
        }
        self.strict.check_change()?;
        let before = user.clone();
        user.roles = roles;
        if user.disabled {
            user.disabled = false;
            tx.sign_ons().set_lacks_role(&user.name, false).await.context(OPERATION)?;
        }
        user.updated_at = now(&*self.clock);
        tx.users().update(&user).await.context(OPERATION)?;
        // As after any change of roles.
        tx.sessions().delete_of(&user.name, None).await.context(OPERATION)?;
        self.audit_change(tx, account, Some(&before), &user).await?;
        Ok(user)
    }

    /// Whether it is the last administrator, whom a mistake in the mapping must not lock out.
    async fn is_last_admin(
        &self,
        tx: &mut dyn WriteTx,
        user: &UserRecord,
    ) -> Result<bool, Internal> {
        match signed_on::keep_an_admin(tx, &user.name, self.local_login).await {
            Ok(()) => Ok(false),
            Err(UserError::LastAdmin) => {
                tracing::warn!(
                    user = user.name.as_str(),
                    "the last administrator keeps the role admin, which single sign-on would take"
                );
                Ok(true)
            }
            Err(UserError::Internal(error)) => Err(error),
            Err(error) => Err(Internal::new(OPERATION, error)),
        }
    }

    async fn add(
        &self,
        tx: &mut dyn WriteTx,
        account: &Account<'_>,
        roles: Roles,
    ) -> Result<UserRecord, SignOnError> {
        if !account.rules.creates {
            return Err(SignOnError::NoUser);
        }
        self.strict.check_change()?;
        let now = now(&*self.clock);
        let name = UserName::parse(account.name).map_err(|_| SignOnError::NoName)?;
        let user = match signed_on::insert(tx, &name, roles, now).await {
            Ok(user) => user,
            Err(UserError::Exists) => return Err(SignOnError::NameTaken),
            Err(UserError::Invalid(_)) => return Err(SignOnError::NoName),
            Err(UserError::TooMany) => return Err(SignOnError::TooManyUsers),
            Err(UserError::Internal(error)) => return Err(error.into()),
            Err(error) => return Err(Internal::new(OPERATION, error).into()),
        };
        self.audit_change(tx, account, None, &user).await?;
        Ok(user)
    }

    /// What single sign-on does to a user is done by that user.
    async fn audit_change(
        &self,
        tx: &mut dyn WriteTx,
        account: &Account<'_>,
        before: Option<&UserRecord>,
        user: &UserRecord,
    ) -> Result<(), Internal> {
        let action =
            if before.is_some() { AuditAction::UserUpdate } else { AuditAction::UserCreate };
        let detail = format!("single sign-on: {}", signed_on::role_names(user.roles));
        let entry = self.entry(account, action, user, &detail);
        let changes = signed_on::audit_changes(before, Some(user));
        tx.audit().append(&AuditEntry { changes, ..entry }).await.context(OPERATION)
    }

    fn entry(
        &self,
        account: &Account<'_>,
        action: AuditAction,
        user: &UserRecord,
        detail: &str,
    ) -> AuditEntry {
        let caller = Caller { user: user.name.clone(), roles: user.roles, session: None };
        let ctx = Ctx::new(caller, account.origin.clone());
        audit::done(now(&*self.clock), &ctx, action, user.name.as_str(), detail)
    }
}

async fn is_break_glass(tx: &mut dyn WriteTx, user: &UserRecord) -> Result<bool, Internal> {
    Ok(tx.sign_ons().break_glass().await.context(OPERATION)?.contains(&user.name))
}

/// The user: the one who was this user of the provider before, whatever their name is there by now; else the one with
/// the name, if that one may be taken for them.
async fn find(
    tx: &mut dyn WriteTx,
    account: &Account<'_>,
) -> Result<Option<UserRecord>, SignOnError> {
    let Identified { issuer, subject, .. } = account.identified;
    if let Some(name) = tx.sign_ons().find_user(issuer, subject).await.context(OPERATION)? {
        return Ok(tx.users().find(&name).await.context(OPERATION)?);
    }
    if account.name.is_empty() {
        return Err(SignOnError::NoName);
    }
    let found = signed_on::find(tx, account.name).await.context(OPERATION)?;
    let Some(user) = found else { return Ok(None) };
    // A break-glass account can't be claimed by a user name at the provider.
    if is_break_glass(tx, &user).await? {
        return Err(SignOnError::NameTaken);
    }
    let known = tx.sign_ons().identity_of(&user.name).await.context(OPERATION)?;
    let is_free = match known {
        // At the same provider it is another user, who has taken over the name there.
        Some(known) => known.issuer != issuer && account.rules.links,
        None => user.password_hash.is_none() || account.rules.links,
    };
    if is_free { Ok(Some(user)) } else { Err(SignOnError::NameTaken) }
}
