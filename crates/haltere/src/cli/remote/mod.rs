//! Another haltere, over HTTP: the one of the login that `haltere login` keeps.

mod address;
mod client;
mod error;
mod login;
mod session;

use std::io::{self, IsTerminal as _};

use haltere_link::HttpLimits;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) use address::{RemoteUrl, component};
pub(super) use client::{Answer, Client, Credential, Method, Request, TRANSFER};
pub(super) use error::RemoteError;
pub(super) use login::{Login, LoginFile, OwnToken, read_ca};
pub(super) use session::{NewTokenBody, Profile, Session};

use super::sources::Common;
use super::{block_on, notice};

/// What `--remote` is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// The data folder on this machine.
    DataFolder,
    /// The haltere that `haltere login` has logged in to.
    Remote,
}

/// The haltere of the stored login.
pub(super) struct Remote {
    pub(super) login: Login,
    client: Client,
}

/// Does `work` on the haltere of the stored login.
pub(super) fn with_remote<T>(
    common: &Common,
    work: impl AsyncFnOnce(&Remote) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    common.expect_none()?;
    let login = LoginFile::locate()?.read()?;
    if io::stderr().is_terminal() {
        notice(&format!("haltere at {}, as {}", login.url, login.user));
    }
    block_on(async {
        let client = login.client()?;
        work(&Remote { login, client }).await
    })
}

impl Remote {
    /// `GET path`.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RemoteError> {
        self.client.call(Request::new(Method::GET, path)).await?.json()
    }

    /// The answer to a request with a body of JSON.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, RemoteError> {
        self.client.call(Request::new(method, path).with_json(body)).await?.json()
    }

    /// Does what needs no body, and whose answer says nothing new.
    pub(super) async fn act(&self, method: Method, path: &str) -> Result<(), RemoteError> {
        self.client.call(Request::new(method, path)).await.map(drop)
    }

    /// The answer to any request.
    pub(super) async fn call(&self, request: Request) -> Result<Answer, RemoteError> {
        self.client.call(request).await
    }

    /// The same within other limits.
    pub(super) async fn call_within(
        &self,
        limits: HttpLimits,
        request: Request,
    ) -> Result<Answer, RemoteError> {
        self.client.with_limits(limits).call(request).await
    }

    /// The same server without a login.
    pub(super) fn anonymous(&self) -> Client {
        self.client.clone().with_credential(Credential::None)
    }
}
