//! `GET /api/sign-on/settings`

use axum::extract::State;
use axum::response::Response;
use haltere_app::sign_on::{SettingsError, ShownAccounts, ShownProvider, ShownSettings};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, json};
use crate::extract::RequestContext;
use crate::state::ApiState;

impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::NotAllowed(refusal) => refusal.into(),
            SettingsError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// How single sign-on is set up. Secrets are not in it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignOnSettings, example = json!({
    "localLogin": false, "breakGlass": ["admin"], "provider": {
        "name": "Example ID", "issuer": "https://id.example.org/realms/main", "clientId": "haltere",
        "hasClientSecret": true, "scopes": "openid profile email",
        "redirectUri": "https://haltere.example.org/api/sign-on/oidc/callback",
        "postLogoutRedirectUri": "https://haltere.example.org/login",
        "backChannelLogoutUri": "https://haltere.example.org/api/sign-on/oidc/back-channel-logout",
        "nameClaim": "preferred_username", "roleClaim": "groups", "membershipClaim": "groups", "hasOwnCa": false,
        "accounts": {
            "createsUsers": true, "linksUsers": false, "roles": [{"group": "mqtt-admins", "role": "admin"}],
            "memberships": [{"group": "plant-graz", "memberOf": "Graz", "exists": true}],
        },
    },
}))]
pub(crate) struct WireSettings {
    /// Whether users can log in with a password.
    local_login: bool,
    /// The users who can even if not, by name.
    break_glass: Vec<String>,
    /// The OpenID Connect provider, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<WireProvider>,
    /// How users become users here whom a trusted proxy names, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy: Option<WireAccounts>,
}

/// The OpenID Connect provider, and what to enter there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignOnProviderSettings)]
pub(crate) struct WireProvider {
    /// What the login page calls it.
    name: String,
    issuer: String,
    client_id: String,
    /// Whether haltere proves with a secret who it is.
    has_client_secret: bool,
    /// Separated by spaces.
    scopes: String,
    /// Where the provider sends browsers back to.
    redirect_uri: String,
    /// Where it sends them after a logout.
    post_logout_redirect_uri: String,
    /// Where it reports logouts.
    back_channel_logout_uri: String,
    /// The claim that is the user name.
    name_claim: String,
    /// The claim with the groups that give roles.
    role_claim: String,
    /// The claim with the groups that give memberships.
    membership_claim: String,
    /// Whether other certificates than the system's are trusted.
    has_own_ca: bool,
    accounts: WireAccounts,
}

/// How users there become users here.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignOnAccounts)]
pub(crate) struct WireAccounts {
    /// Whether unknown users are added at their first login.
    creates_users: bool,
    /// Whether users with a password of haltere are taken for those of the same name there.
    links_users: bool,
    roles: Vec<WireRoleRule>,
    memberships: Vec<WireMembershipRule>,
}

/// A group there, and the role that it gives.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignOnRoleRule)]
pub(crate) struct WireRoleRule {
    /// `*` is every user.
    group: String,
    role: &'static str,
}

/// A group there, and the group here whose member its users are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignOnMembershipRule)]
pub(crate) struct WireMembershipRule {
    /// `*` is every user.
    group: String,
    member_of: String,
    /// Whether there is such a group.
    exists: bool,
}

impl From<ShownSettings> for WireSettings {
    fn from(settings: ShownSettings) -> Self {
        let ShownSettings { local_login, break_glass, oidc, header } = settings;
        Self {
            local_login,
            break_glass: break_glass.iter().map(|name| name.as_str().to_owned()).collect(),
            provider: oidc.map(WireProvider::from),
            proxy: header.map(WireAccounts::from),
        }
    }
}

impl From<ShownProvider> for WireProvider {
    fn from(provider: ShownProvider) -> Self {
        let ShownProvider {
            name,
            issuer,
            client_id,
            has_client_secret,
            scopes,
            redirect_uri,
            post_logout_redirect_uri,
            back_channel_logout_uri,
            name_claim,
            role_claim,
            membership_claim,
            has_own_ca,
            accounts,
        } = provider;
        Self {
            name,
            issuer,
            client_id,
            has_client_secret,
            scopes,
            redirect_uri,
            post_logout_redirect_uri,
            back_channel_logout_uri,
            name_claim,
            role_claim,
            membership_claim,
            has_own_ca,
            accounts: accounts.into(),
        }
    }
}

impl From<ShownAccounts> for WireAccounts {
    fn from(accounts: ShownAccounts) -> Self {
        let ShownAccounts { creates, links, roles, memberships } = accounts;
        let role = |(group, role)| WireRoleRule { group, role };
        let membership = |(group, name, exists): (_, haltere_core::GroupName, _)| {
            WireMembershipRule { group, member_of: name.as_str().to_owned(), exists }
        };
        Self {
            creates_users: creates,
            links_users: links,
            roles: roles.into_iter().map(role).collect(),
            memberships: memberships.into_iter().map(membership).collect(),
        }
    }
}

/// Get the settings of single sign-on
///
/// They are in haltere's configuration. Contains the addresses to enter at the provider, and no secret.
#[utoipa::path(
    get,
    path = "/api/sign-on/settings",
    operation_id = "get_sign_on_settings",
    tag = "Login",
    responses((status = 200, description = "The settings", body = WireSettings)),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
) -> Result<Response, ApiError> {
    let settings = state.app.sign_on().settings(&context).await?;
    Ok(json(StatusCode::OK, &WireSettings::from(settings)))
}
