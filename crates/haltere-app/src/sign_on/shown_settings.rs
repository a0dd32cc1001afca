//! `GET /api/sign-on/settings`: what is configured, for administrators. The client secret is not in it.

use std::collections::HashSet;

use haltere_core::{GroupName, UserName};

use super::settings::{AccountRules, OidcSettings};
use super::{Oidc, SignOn};
use crate::ctx::Ctx;
use crate::error::{ErrorContext, Internal, NotAllowed};
use crate::policy::Action;

/// What is configured about single sign-on.
#[derive(Debug, Clone)]
pub struct ShownSettings {
    /// Whether users can log in with a password.
    pub local_login: bool,
    /// Who can even if not, by name.
    pub break_glass: Vec<UserName>,
    pub oidc: Option<ShownProvider>,
    /// How users of a proxy become users here.
    pub header: Option<ShownAccounts>,
}

/// What is configured about a provider.
#[derive(Debug, Clone)]
pub struct ShownProvider {
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    /// Whether haltere proves who it is with a secret.
    pub has_client_secret: bool,
    pub scopes: String,
    pub redirect_uri: String,
    pub post_logout_redirect_uri: String,
    pub back_channel_logout_uri: String,
    pub name_claim: String,
    pub role_claim: String,
    pub membership_claim: String,
    /// Whether other certificates than the system's are trusted.
    pub has_own_ca: bool,
    pub accounts: ShownAccounts,
}

/// How users at a provider become users here.
#[derive(Debug, Clone)]
pub struct ShownAccounts {
    pub creates: bool,
    pub links: bool,
    /// Groups at the provider, and the names of roles that they give.
    pub roles: Vec<(String, &'static str)>,
    /// Groups at the provider, the groups here that they give, and whether these exist.
    pub memberships: Vec<(String, GroupName, bool)>,
}

/// Why the settings are not shown.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl SignOn {
    /// What is configured.
    pub async fn settings(&self, ctx: &Ctx) -> Result<ShownSettings, SettingsError> {
        const OPERATION: &str = "show the settings of single sign-on";
        ctx.authorize(Action::ReadSignOn)?;
        let mut read = self.store.read().await.context(OPERATION)?;
        let groups = read.groups().list().await.context(OPERATION)?;
        let groups: HashSet<_> = groups.into_iter().map(|group| group.name).collect();
        let oidc = |Oidc { settings, .. }: &Oidc| ShownProvider::of(settings, &groups);
        Ok(ShownSettings {
            local_login: self.local_login,
            break_glass: read.sign_ons().break_glass().await.context(OPERATION)?,
            oidc: self.oidc.as_ref().map(oidc),
            header: self.header.as_ref().map(|it| ShownAccounts::of(&it.accounts, &groups)),
        })
    }
}

impl ShownProvider {
    fn of(settings: &OidcSettings, groups: &HashSet<GroupName>) -> Self {
        let OidcSettings {
            issuer,
            client_id,
            client_secret,
            public_url: _,
            name,
            scopes,
            name_claim,
            role_claim,
            membership_claim,
            accounts,
            ca,
        } = settings;
        Self {
            name: name.clone(),
            issuer: issuer.clone(),
            client_id: client_id.clone(),
            has_client_secret: client_secret.is_some(),
            scopes: scopes.clone(),
            redirect_uri: settings.redirect_uri(),
            post_logout_redirect_uri: settings.post_logout_redirect_uri(),
            back_channel_logout_uri: settings.back_channel_logout_uri(),
            name_claim: name_claim.clone(),
            role_claim: role_claim.clone(),
            membership_claim: membership_claim.clone(),
            has_own_ca: ca.is_some(),
            accounts: ShownAccounts::of(accounts, groups),
        }
    }
}

impl ShownAccounts {
    fn of(accounts: &AccountRules, groups: &HashSet<GroupName>) -> Self {
        let AccountRules { roles, memberships, creates, links } = accounts;
        let roles = roles.rules().map(|(group, role)| (group.to_owned(), role.as_str()));
        let memberships = memberships
            .rules()
            .map(|(group, name)| (group.to_owned(), name.clone(), groups.contains(name)));
        Self {
            creates: *creates,
            links: *links,
            roles: roles.collect(),
            memberships: memberships.collect(),
        }
    }
}
