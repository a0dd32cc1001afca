//! `[sign_on]`

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use confique::Config;
use haltere_api::WebOrigin;
use haltere_app::sign_on::{AccountRules, GroupMapping, HeaderSettings, OidcSettings, RoleMapping};
use haltere_core::{Network, Pem, Secret};
use serde::{Deserialize, Deserializer, de::Error};

use super::secret;
use crate::plain_file;

/// Single sign-on: users log in at a provider (OpenID Connect), or at a proxy that authenticates them.
#[derive(Debug, Config)]
pub(crate) struct SignOn {
    /// Whether users can log in with a password of haltere. If not, only those users can that were excepted with
    /// "haltere users break-glass". Application tokens are as valid as before.
    #[config(env = "HALTERE_SIGN_ON_LOCAL_LOGIN", default = true)]
    pub local_login: bool,

    /// The address at which browsers find haltere, with its base_path, for example "https://haltere.example.org". The
    /// provider sends them back there.
    #[config(env = "HALTERE_SIGN_ON_PUBLIC_URL")]
    pub public_url: Option<String>,

    #[config(nested)]
    pub oidc: Oidc,

    #[config(nested)]
    pub header: Header,
}

/// OpenID Connect. On if there is an issuer. At the provider, haltere is a confidential client with the code flow, the
/// redirect URI <public_url>/api/sign-on/oidc/callback and, if the provider can do that, the back-channel
/// logout URI <public_url>/api/sign-on/oidc/back-channel-logout. haltere dials the provider within the egress policy.
#[derive(Debug, Config)]
pub(crate) struct Oidc {
    /// The issuer, exactly as the provider's discovery document has it. Must begin with https://.
    #[config(env = "HALTERE_SIGN_ON_OIDC_ISSUER")]
    pub issuer: Option<String>,

    /// How the provider knows haltere.
    #[config(env = "HALTERE_SIGN_ON_OIDC_CLIENT_ID")]
    pub client_id: Option<String>,

    /// The secret by which haltere proves who it is. Without one it is a public client, which PKCE protects.
    #[config(env = "HALTERE_SIGN_ON_OIDC_CLIENT_SECRET", deserialize_with = secret::deserialize)]
    pub client_secret: Option<Secret<String>>,

    /// A file that holds the secret.
    #[config(env = "HALTERE_SIGN_ON_OIDC_CLIENT_SECRET_FILE")]
    #[expect(dead_code, reason = "read while loading, by its name")]
    pub client_secret_file: Option<PathBuf>,

    /// What the button of the login page calls the provider.
    #[config(env = "HALTERE_SIGN_ON_OIDC_NAME", default = "single sign-on")]
    pub name: String,

    /// The scopes to ask for; "openid" is always among them.
    #[config(env = "HALTERE_SIGN_ON_OIDC_SCOPES", default = ["openid", "profile", "email"])]
    pub scopes: Vec<String>,

    /// The claim that is the user name here. A user keeps the name of the first login. "email" counts only if the
    /// provider has verified it.
    #[config(env = "HALTERE_SIGN_ON_OIDC_NAME_CLAIM", default = "preferred_username")]
    pub name_claim: String,

    /// The claim that lists the user's groups or roles at the provider. "realm_access.roles" is a claim within a claim.
    #[config(env = "HALTERE_SIGN_ON_OIDC_ROLE_CLAIM", default = "groups")]
    pub role_claim: String,

    /// Which groups give which roles, for example ["mqtt-admins = admin", "* = viewer"]; "*" is every user. Looked at with
    /// each login. Users without a role can't log in. In the environment variable, separated by commas.
    #[config(env = "HALTERE_SIGN_ON_OIDC_ROLES", default = [], deserialize_with = oidc_roles)]
    pub roles: RoleMapping,

    /// The claim that lists the groups for memberships.
    #[config(env = "HALTERE_SIGN_ON_OIDC_MEMBERSHIP_CLAIM", default = "groups")]
    pub membership_claim: String,

    /// Which groups at the provider make their users members of which groups of haltere, for example
    /// ["plant-graz = Graz"]; "*" is every user. Looked at with each login: memberships that came with a login go with a
    /// later one, those that an administrator has given stay. In the environment variable, separated by commas.
    #[config(env = "HALTERE_SIGN_ON_OIDC_MEMBERSHIPS", default = [], deserialize_with = oidc_memberships)]
    pub memberships: GroupMapping,

    /// Whether users who are not known here yet are added at their first login.
    #[config(env = "HALTERE_SIGN_ON_OIDC_CREATE_USERS", default = true)]
    pub create_users: bool,

    /// Whether a user with a password of haltere is taken for the user of the same name at the provider. Set it only if
    /// users can't choose their names there.
    #[config(env = "HALTERE_SIGN_ON_OIDC_LINK_USERS", default = false)]
    pub link_users: bool,

    /// A file with the certificates (PEM) to trust instead of the system's, for a provider with a CA of its own.
    #[config(env = "HALTERE_SIGN_ON_OIDC_CA_FILE")]
    pub ca_file: Option<PathBuf>,
}

/// An authenticating proxy in front of haltere, which says in headers who somebody is. On if proxies are listed. The proxy
/// has to remove these headers from what clients send.
#[derive(Debug, Config)]
pub(crate) struct Header {
    /// The addresses or networks of the proxies. Only headers that come straight from them count. List the proxies
    /// alone: any program at these addresses can be any user. In the environment variable, separated by commas.
    #[config(env = "HALTERE_SIGN_ON_HEADER_PROXIES", default = [], deserialize_with = networks)]
    pub proxies: Vec<Network>,

    /// The header with the user name.
    #[config(env = "HALTERE_SIGN_ON_HEADER_USER", default = "X-Forwarded-User")]
    pub user: String,

    /// The header with the user's groups, separated by commas.
    #[config(env = "HALTERE_SIGN_ON_HEADER_GROUPS", default = "X-Forwarded-Groups")]
    pub groups: String,

    /// Which groups give which roles, as in sign_on.oidc.roles.
    #[config(env = "HALTERE_SIGN_ON_HEADER_ROLES", default = [], deserialize_with = header_roles)]
    pub roles: RoleMapping,

    /// Which groups give which memberships, as in sign_on.oidc.memberships.
    #[config(env = "HALTERE_SIGN_ON_HEADER_MEMBERSHIPS", default = [], deserialize_with = header_memberships)]
    pub memberships: GroupMapping,

    /// Whether users who are not known here yet are added at their first login.
    #[config(env = "HALTERE_SIGN_ON_HEADER_CREATE_USERS", default = true)]
    pub create_users: bool,

    /// Whether a user with a password of haltere is taken for the user of the same name at the proxy.
    #[config(env = "HALTERE_SIGN_ON_HEADER_LINK_USERS", default = false)]
    pub link_users: bool,
}

fn roles<'de, D: Deserializer<'de>>(key: &str, deserializer: D) -> Result<RoleMapping, D::Error> {
    let rules = Vec::<String>::deserialize(deserializer)?;
    RoleMapping::parse(rules.iter().map(String::as_str))
        .map_err(|error| D::Error::custom(format_args!("sign_on.{key}.roles: {error}")))
}

fn oidc_roles<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RoleMapping, D::Error> {
    roles("oidc", deserializer)
}

fn header_roles<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RoleMapping, D::Error> {
    roles("header", deserializer)
}

fn memberships<'de, D: Deserializer<'de>>(
    key: &str,
    deserializer: D,
) -> Result<GroupMapping, D::Error> {
    let rules = Vec::<String>::deserialize(deserializer)?;
    GroupMapping::parse(rules.iter().map(String::as_str))
        .map_err(|error| D::Error::custom(format_args!("sign_on.{key}.memberships: {error}")))
}

fn oidc_memberships<'de, D: Deserializer<'de>>(deserializer: D) -> Result<GroupMapping, D::Error> {
    memberships("oidc", deserializer)
}

fn header_memberships<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<GroupMapping, D::Error> {
    memberships("header", deserializer)
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Network>, D::Error> {
    let read = |text: &String| {
        let read = text.parse();
        read.map_err(|error| D::Error::custom(format_args!("sign_on.header.proxies: {error}")))
    };
    Vec::<String>::deserialize(deserializer)?.iter().map(read).collect()
}

impl SignOn {
    /// Looks at the settings that make sense only together.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let Self { local_login, oidc, header, .. } = self;
        if oidc.issuer.is_some() {
            self.public_url()?;
            oidc.check()?;
        } else if oidc.client_id.is_some() {
            bail!("sign_on.oidc.issuer: is missing");
        }
        if !local_login && oidc.issuer.is_none() && header.proxies.is_empty() {
            bail!(
                "sign_on.local_login: there would be no way to log in; set up [sign_on.oidc] or [sign_on.header]"
            );
        }
        if !header.proxies.is_empty() && header.roles == RoleMapping::default() {
            bail!(
                "sign_on.header.roles: is empty, so no user could log in; \"* = viewer\" gives every user a role"
            );
        }
        for (key, name) in [("user", &header.user), ("groups", &header.groups)] {
            haltere_api::TrustedHeaders::check_name(name)
                .with_context(|| format!("sign_on.header.{key}"))?;
        }
        Ok(())
    }

    /// Without a final slash.
    fn public_url(&self) -> anyhow::Result<String> {
        const KEY: &str = "sign_on.public_url";
        let Some(url) = &self.public_url else {
            bail!("{KEY}: is missing; it is where the provider sends browsers back to");
        };
        let url = url.trim_end_matches('/');
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        WebOrigin::parse(&format!("{scheme}://{authority}")).context(KEY)?;
        if !path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#%\\".contains(&byte)) {
            bail!("{KEY}: must be an origin and at most the path of server.base_path");
        }
        Ok(url.to_owned())
    }
}

impl Oidc {
    fn check(&self) -> anyhow::Result<()> {
        let issuer = self.issuer.as_deref().unwrap_or_default();
        OidcSettings::check_issuer(issuer).context("sign_on.oidc.issuer")?;
        if self.client_id.as_deref().unwrap_or_default().is_empty() {
            bail!("sign_on.oidc.client_id: is missing");
        }
        if self.roles == RoleMapping::default() {
            bail!(
                "sign_on.oidc.roles: is empty, so no user could log in; \"* = viewer\" gives every user a role"
            );
        }
        for (key, value) in [
            ("name_claim", &self.name_claim),
            ("role_claim", &self.role_claim),
            ("membership_claim", &self.membership_claim),
        ] {
            if value.is_empty() {
                bail!("sign_on.oidc.{key}: is empty");
            }
        }
        Ok(())
    }
}

impl SignOn {
    /// As the application takes it. Reads the file of the CA.
    pub(crate) fn oidc(&self) -> anyhow::Result<Option<OidcSettings>> {
        let Some((issuer, client_id)) = self.oidc.issuer.clone().zip(self.oidc.client_id.clone())
        else {
            return Ok(None);
        };
        let mut scopes = self.oidc.scopes.clone();
        if !scopes.iter().any(|scope| scope == "openid") {
            scopes.insert(0, "openid".to_owned());
        }
        let read_ca = |path: &PathBuf| {
            let text = plain_file::read_text(path, Pem::MAX_BYTES as u64);
            text.map(Pem::new)
                .with_context(|| format!("sign_on.oidc.ca_file: failed to read {}", path.display()))
        };
        Ok(Some(OidcSettings {
            issuer,
            client_id,
            client_secret: self.oidc.client_secret.clone(),
            public_url: self.public_url()?,
            name: self.oidc.name.clone(),
            scopes: scopes.join(" "),
            name_claim: self.oidc.name_claim.clone(),
            role_claim: self.oidc.role_claim.clone(),
            membership_claim: self.oidc.membership_claim.clone(),
            accounts: AccountRules {
                roles: self.oidc.roles.clone(),
                memberships: self.oidc.memberships.clone(),
                creates: self.oidc.create_users,
                links: self.oidc.link_users,
            },
            ca: self.oidc.ca_file.as_ref().map(read_ca).transpose()?,
        }))
    }

    /// As the application takes it.
    pub(crate) fn header(&self) -> Option<HeaderSettings> {
        let Header { proxies, roles, memberships, create_users, link_users, .. } = &self.header;
        let accounts = AccountRules {
            roles: roles.clone(),
            memberships: memberships.clone(),
            creates: *create_users,
            links: *link_users,
        };
        (!proxies.is_empty()).then_some(HeaderSettings { accounts })
    }
}
