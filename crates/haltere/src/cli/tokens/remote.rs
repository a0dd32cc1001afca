//! The tokens of a remote haltere.

use anyhow::{Context as _, anyhow, bail};
use haltere_app::tokens::NewToken;
use haltere_app::users::is_same_user;
use haltere_core::{Clock as _, Network, Timestamp, TokenName, TokenScope};
use serde::Deserialize;

use super::directory::{Created, ListedLimits, ListedToken, TokenDirectory};
use crate::cli::exit::Usage;
use crate::cli::password::LoginPassword;
use crate::cli::remote::{Method, NewTokenBody, Remote, Session, component};
use crate::clock::SystemClock;

const PATH: &str = "/api/tokens";

/// The tokens of a remote haltere. Creating one needs the password: a token can't create tokens.
pub(super) struct RemoteTokens<'a> {
    pub(super) remote: &'a Remote,
    pub(super) password: LoginPassword,
}

/// A token on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireToken {
    name: String,
    hash: String,
    role: String,
    requested_by: String,
    valid_until: String,
    last_used: Option<String>,
    valid: bool,
    read_only: bool,
    actions: Option<Vec<String>>,
    connections: Option<Vec<String>>,
    labels: Option<String>,
    #[serde(default)]
    networks: Vec<String>,
}

impl TokenDirectory for RemoteTokens<'_> {
    async fn list(&self) -> anyhow::Result<Vec<ListedToken>> {
        let now = SystemClock.now();
        self.all().await?.into_iter().map(|token| token.listed(now)).collect()
    }

    async fn create(&self, new: NewToken) -> anyhow::Result<Created> {
        let NewToken { name, description, owner, role, expires_at, scope, actions } = new;
        let user = &self.remote.login.user;
        if let Some(owner) = owner.filter(|owner| !is_same_user(owner.as_str(), user)) {
            return Err(Usage::because(anyhow!(
                "--user: a token for {owner} can be created by them, or without --remote on the machine of haltere; the login is that of {user}"
            )));
        }
        let TokenScope { connections, labels, networks, read_only } = scope;
        let ids = connections.map(|ids| ids.iter().map(|id| id.as_str().to_owned()).collect());
        let body = NewTokenBody {
            name: name.as_str().to_owned(),
            description,
            valid_until: expires_at.to_string(),
            role: role.as_str().to_owned(),
            read_only,
            actions: actions.map(|all| all.iter().map(|it| it.as_str().to_owned()).collect()),
            connections: ids,
            labels: (!labels.is_empty()).then(|| labels.to_string()),
            networks: (!networks.is_empty())
                .then(|| networks.iter().map(Network::to_string).collect()),
        };
        let secrets = self.password.read()?;
        let session = Session::log_in(self.remote.anonymous(), user, &secrets).await?;
        let created = session.create_token(&body).await;
        session.end().await;
        let (secret, token) = created?;
        let expires_at = time(&token.valid_until)?;
        Ok(Created { owner: user.clone(), expires_at, secret })
    }

    async fn revoke(&self, name: &TokenName) -> anyhow::Result<()> {
        let tokens = self.all().await?;
        let Some(token) = tokens.iter().find(|token| token.name == name.as_str()) else {
            bail!("there is no such token");
        };
        let path = format!("{PATH}/{}", component(&token.hash));
        Ok(self.remote.act(Method::DELETE, &path).await?)
    }
}

impl RemoteTokens<'_> {
    async fn all(&self) -> anyhow::Result<Vec<WireToken>> {
        Ok(self.remote.get(PATH).await?)
    }
}

impl WireToken {
    fn listed(self, now: Timestamp) -> anyhow::Result<ListedToken> {
        let expires_at = time(&self.valid_until)?;
        let limits = ListedLimits {
            read_only: self.read_only,
            actions: self.actions,
            connections: self.connections,
            labels: self.labels,
            networks: self.networks,
        };
        // One that has not expired is valid, unless what limits it can't be read.
        let is_readable = self.valid || expires_at <= now;
        Ok(ListedToken {
            name: self.name,
            owner: self.requested_by,
            role: self.role,
            expires_at,
            last_used_at: self.last_used.as_deref().map(time).transpose()?,
            limits: is_readable.then_some(limits),
        })
    }
}

fn time(text: &str) -> anyhow::Result<Timestamp> {
    text.parse().context("the answer has a time that can't be read")
}
