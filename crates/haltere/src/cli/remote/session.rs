//! A session at a remote haltere, for what a token may not do: making tokens, and resetting second factors.

use anyhow::{Context as _, anyhow};
use haltere_core::{Secret, TokenSecret};
use serde::{Deserialize, Serialize};

use super::client::{Client, Credential, Method, Request};
use super::error::RemoteError;
use super::login::OwnToken;
use crate::cli::notice;
use crate::cli::password::LoginSecrets;

/// What a server that wants a second factor answers to a password alone.
const SECOND_FACTOR_REQUIRED: &str = "SECOND_FACTOR_REQUIRED";
/// The name of a session's cookie, without the prefixes that it has over TLS.
const COOKIE: &str = "haltere.sid";

/// A session.
pub(in crate::cli) struct Session(Client);

/// Who is logged in.
#[derive(Debug, Deserialize)]
pub(in crate::cli) struct Profile {
    pub(in crate::cli) username: String,
    pub(in crate::cli) roles: Vec<String>,
}

#[derive(Serialize)]
struct LoginBody<'a> {
    username: &'a str,
    password: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
}

/// A token that is to be made.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli) struct NewTokenBody {
    pub(in crate::cli) name: String,
    pub(in crate::cli) description: String,
    pub(in crate::cli) valid_until: String,
    pub(in crate::cli) role: String,
    pub(in crate::cli) read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) actions: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) connections: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) labels: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) networks: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreatedToken {
    token: String,
    name: String,
    hash: String,
    valid_until: String,
}

impl Session {
    /// Logs in, with a code if the server wants one.
    pub(in crate::cli) async fn log_in(
        client: Client,
        user: &str,
        secrets: &LoginSecrets,
    ) -> anyhow::Result<Self> {
        let first = try_login(&client, user, secrets, None).await;
        let cookie = match first {
            Err(error) if error.code() == Some(SECOND_FACTOR_REQUIRED) => {
                let code = secrets.code()?;
                try_login(&client, user, secrets, Some(&code)).await
            }
            outcome => outcome,
        };
        let cookie = cookie.map_err(|error| {
            if error.is_unauthorized() {
                let url = error.url();
                anyhow!("wrong user name, password or code, or this user logs in without a password ({url})")
            } else {
                error.into()
            }
        });
        let cookie = cookie.with_context(|| format!("failed to log in as {user}"))?;
        Ok(Self(client.with_credential(Credential::Session(cookie))))
    }

    /// Who is logged in.
    pub(in crate::cli) async fn profile(&self) -> Result<Profile, RemoteError> {
        self.0.call(Request::new(Method::GET, "/api/profile")).await?.json()
    }

    /// Makes a token for the user.
    pub(in crate::cli) async fn create_token(
        &self,
        new: &NewTokenBody,
    ) -> Result<(TokenSecret, OwnToken), RemoteError> {
        let request = Request::new(Method::POST, "/api/tokens").with_json(new);
        let answer = self.0.call(request).await?;
        let CreatedToken { token, name, hash, valid_until } = answer.json()?;
        let token = Secret::new(token);
        let secret = TokenSecret::parse(token.expose()).ok_or_else(|| answer.not_haltere())?;
        Ok((secret, OwnToken { name, hash, valid_until }))
    }

    /// Does what needs no body, and whose answer says nothing new.
    pub(in crate::cli) async fn act(&self, method: Method, path: &str) -> Result<(), RemoteError> {
        self.0.call(Request::new(method, path)).await.map(drop)
    }

    /// Logs out. If that fails, the session ends by itself when it is not used.
    pub(in crate::cli) async fn end(self) {
        if let Err(error) = self.0.call(Request::new(Method::GET, "/logout?json=1")).await {
            notice(&format!("haltere: failed to log out, the session ends by itself: {error}"));
        }
    }
}

/// Logs in; the cookie.
async fn try_login(
    client: &Client,
    user: &str,
    secrets: &LoginSecrets,
    code: Option<&Secret<String>>,
) -> Result<Secret<String>, RemoteError> {
    let body = LoginBody {
        username: user,
        password: secrets.password.expose(),
        code: code.map(|code| code.expose().as_str()),
    };
    let answer = client.call(Request::new(Method::POST, "/auth?json=1").with_json(&body)).await?;
    let cookies = answer.headers("set-cookie").filter_map(|cookie| cookie.split(';').next());
    // Over TLS it has a prefix, `__Host-` or `__Secure-`.
    let is_session =
        |cookie: &&str| cookie.split_once('=').is_some_and(|(name, _)| name.ends_with(COOKIE));
    let cookie = cookies.map(str::trim).find(is_session).map(Secret::<String>::from);
    cookie.ok_or_else(|| answer.not_haltere())
}
