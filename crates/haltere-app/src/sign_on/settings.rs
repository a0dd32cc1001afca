//! What can be configured about single sign-on.

use haltere_core::{Pem, Secret};
use haltere_oidc::UrlFault;

use super::mapping::{GroupMapping, RoleMapping};

/// In place of an issuer, which is a URL, for users whom a proxy has authenticated.
pub(super) const HEADER_ISSUER: &str = "header";

/// What can be configured about single sign-on. By default there is none.
#[derive(Debug, Clone)]
pub struct SignOnSettings {
    /// Whether users can log in with a password.
    pub local_login: bool,
    pub oidc: Option<OidcSettings>,
    pub header: Option<HeaderSettings>,
}

impl Default for SignOnSettings {
    fn default() -> Self {
        Self { local_login: true, oidc: None, header: None }
    }
}

/// An OpenID Connect provider.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// Exactly as the provider calls itself.
    pub issuer: String,
    pub client_id: String,
    /// `None` for a public client, which PKCE alone protects.
    pub client_secret: Option<Secret<String>>,
    /// Where browsers find haltere, with its base path and without a final slash.
    pub public_url: String,
    /// What the login page calls it.
    pub name: String,
    /// Separated by spaces; `openid` among them.
    pub scopes: String,
    /// The claim that is the user name.
    pub name_claim: String,
    /// The claim that has the groups or roles of the user at the provider.
    pub role_claim: String,
    /// The claim that has the groups of the user at the provider which give memberships here.
    pub membership_claim: String,
    pub accounts: AccountRules,
    /// Trusted instead of the system's roots.
    pub ca: Option<Pem>,
}

impl OidcSettings {
    /// Whether an issuer can be one.
    pub fn check_issuer(issuer: &str) -> Result<(), UrlFault> {
        haltere_oidc::discovery_url(issuer).map(|_| ())
    }

    /// Where the provider sends browsers back to.
    pub fn redirect_uri(&self) -> String {
        format!("{}/api/sign-on/oidc/callback", self.public_url)
    }

    /// Where it sends them after a logout there.
    pub fn post_logout_redirect_uri(&self) -> String {
        format!("{}/login", self.public_url)
    }

    /// Where it sends logout tokens.
    pub fn back_channel_logout_uri(&self) -> String {
        format!("{}/api/sign-on/oidc/back-channel-logout", self.public_url)
    }
}

/// What a proxy may say in headers.
#[derive(Debug, Clone)]
pub struct HeaderSettings {
    pub accounts: AccountRules,
}

/// How users at a provider become users here.
#[derive(Debug, Clone)]
pub struct AccountRules {
    /// Which groups at the provider give which roles here.
    pub roles: RoleMapping,
    /// Which groups at the provider give which memberships here.
    pub memberships: GroupMapping,
    /// Whether users who are not here yet are added at their first login.
    pub creates: bool,
    /// Whether a user who is here already, with a password of their own, is taken for the one of the same name at the
    /// provider at the first login.
    pub links: bool,
}
