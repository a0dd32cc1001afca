//! The groups that users are in because their provider says so.

use haltere_core::{Caller, GroupName};
use haltere_store::{UserRecord, WriteTx};

use super::SignOn;
use super::account::Account;
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal};
use crate::groups::{Followed, follow_sign_on};
use crate::now::now;

impl SignOn {
    /// Makes a user who logs in a member of the groups that their groups at the provider give now, in `tx`; whether that is a
    /// change. What can't be done is logged, and the login goes on.
    pub(super) async fn follow_memberships(
        &self,
        tx: &mut dyn WriteTx,
        account: &Account<'_>,
        user: &UserRecord,
    ) -> Result<bool, Internal> {
        let mapping = &account.rules.memberships;
        let wanted = account.memberships.as_ref().map(|groups| mapping.groups_of(groups));
        let wanted = wanted.unwrap_or_default();
        let caller = Caller { user: user.name.clone(), roles: user.roles, session: None };
        let ctx = Ctx::new(caller, account.origin.clone());
        let Followed { has_changed, not_added } =
            follow_sign_on(tx, &ctx, now(&*self.clock), &wanted, self.local_login).await?;
        for (group, why) in not_added {
            if let Some(count) = self.not_added.lock().count(self.clock.steady()) {
                tracing::warn!(
                    user = user.name.as_str(), group = group.as_str(), reason = %why, count,
                    "single sign-on could not make a user a member of a group"
                );
            }
        }
        Ok(has_changed)
    }

    /// Warns of groups that the configuration names and that don't exist. They may be added later.
    pub(crate) async fn warn_of_unknown_groups(&self) -> Result<(), Internal> {
        const OPERATION: &str = "look for the groups of single sign-on";
        let unknown = self.unknown_groups().await.context(OPERATION)?;
        for (key, group) in unknown {
            tracing::warn!(group = group.as_str(), "{key} names a group that does not exist");
        }
        Ok(())
    }

    /// The groups that the configuration names and that don't exist, each with its key there.
    async fn unknown_groups(
        &self,
    ) -> Result<Vec<(&'static str, GroupName)>, haltere_store::StoreError> {
        let oidc = self.oidc.as_ref().map(|it| ("sign_on.oidc.memberships", &it.settings.accounts));
        let header = self.header.as_ref().map(|it| ("sign_on.header.memberships", &it.accounts));
        let mut unknown = Vec::new();
        for (key, accounts) in [oidc, header].into_iter().flatten() {
            for name in accounts.memberships.names() {
                let mut read = self.store.read().await?;
                if read.groups().find(&name).await?.is_none() {
                    unknown.push((key, name));
                }
            }
        }
        Ok(unknown)
    }
}
