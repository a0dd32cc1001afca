//! The users of a remote haltere.

use anyhow::anyhow;
use haltere_app::users::{NewUser, UserChange};
use haltere_core::{Role, Roles, Secret, Timestamp, UserName};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::directory::{Invitation, ListedUser, UserDirectory};
use crate::cli::exit::Usage;
use crate::cli::password::LoginPassword;
use crate::cli::remote::{Method, Remote, Session, component};

const PATH: &str = "/api/user-management/users";

/// A user on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "as on the wire")]
struct WireUser {
    username: String,
    roles: Vec<String>,
    disabled: bool,
    must_change_password: bool,
    has_password: bool,
    #[serde(default)]
    second_factor: bool,
    invited_until: Option<IgnoredAny>,
}

/// A new user, or what to change about one: what is absent stays as it is.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct UserBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invite: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    must_change_password: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireInvitation {
    token: String,
    expires_at: String,
}

/// The users of a remote haltere. Resetting a second factor needs the password: a token can't do it.
pub(super) struct RemoteUsers<'a> {
    pub(super) remote: &'a Remote,
    pub(super) password: LoginPassword,
}

impl UserDirectory for RemoteUsers<'_> {
    async fn list(&self) -> anyhow::Result<Vec<ListedUser>> {
        let users: Vec<WireUser> = self.remote.get(PATH).await?;
        Ok(users.into_iter().map(ListedUser::from).collect())
    }

    async fn add(&self, new: NewUser) -> anyhow::Result<()> {
        let NewUser { name, password, roles, disabled, must_change_password } = new;
        let body = UserBody {
            username: Some(name.as_str()),
            password: password.as_ref().map(|password| password.expose().as_str()),
            roles: Some(names(roles)),
            invite: Some(password.is_none()),
            disabled: Some(disabled),
            must_change_password: Some(must_change_password),
        };
        let _: IgnoredAny = self.remote.send(Method::POST, PATH, &body).await?;
        Ok(())
    }

    async fn change(&self, name: &UserName, change: UserChange) -> anyhow::Result<()> {
        let UserChange { password, roles, disabled, must_change_password } = change;
        let body = UserBody {
            password: password.as_ref().map(|password| password.expose().as_str()),
            roles: roles.map(names),
            disabled,
            must_change_password,
            ..UserBody::default()
        };
        let _: IgnoredAny = self.remote.send(Method::PUT, &path(name), &body).await?;
        Ok(())
    }

    async fn invite(&self, name: &UserName) -> anyhow::Result<Invitation> {
        let path = format!("{}/invitation", path(name));
        let WireInvitation { token, expires_at } =
            self.remote.send(Method::POST, &path, &UserBody::default()).await?;
        let token = Secret::new(token);
        Ok(Invitation { token, expires_at: expires_at.parse::<Timestamp>()? })
    }

    async fn end_sessions(&self, name: &UserName) -> anyhow::Result<()> {
        Ok(self.remote.act(Method::DELETE, &format!("{}/sessions", path(name))).await?)
    }

    async fn reset_second_factor(&self, name: &UserName) -> anyhow::Result<()> {
        let secrets = self.password.read()?;
        let user = &self.remote.login.user;
        let session = Session::log_in(self.remote.anonymous(), user, &secrets).await?;
        let path = format!("{}/second-factor", path(name));
        let reset = session.act(Method::DELETE, &path).await;
        session.end().await;
        Ok(reset?)
    }

    async fn set_break_glass(&self, _: &UserName, _: bool) -> anyhow::Result<()> {
        // It is for when logins fail, and this needs one.
        Err(Usage::because(anyhow!("this works without --remote only, on the machine of haltere")))
    }

    async fn remove(&self, name: &UserName) -> anyhow::Result<()> {
        Ok(self.remote.act(Method::DELETE, &path(name)).await?)
    }
}

fn path(name: &UserName) -> String {
    format!("{PATH}/{}", component(name.as_str()))
}

fn names(roles: Roles) -> Vec<&'static str> {
    roles.iter().map(Role::as_str).collect()
}

impl From<WireUser> for ListedUser {
    fn from(user: WireUser) -> Self {
        let WireUser {
            username,
            roles,
            disabled,
            must_change_password,
            has_password,
            second_factor,
            invited_until,
        } = user;
        Self {
            name: username,
            roles,
            disabled,
            must_change_password,
            has_password,
            has_second_factor: second_factor,
            invited: invited_until.is_some(),
            is_excepted: false,
        }
    }
}
