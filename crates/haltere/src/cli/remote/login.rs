//! The login that is kept for other commands.

use std::borrow::Cow;
use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use haltere_core::{Pem, Secret, TokenSecret};
use serde::{Deserialize, Serialize};

use super::address::{RemoteUrl, component};
use super::client::{Client, Credential, Method, Request};
use crate::atomic_file::{AtomicFile, IfExists, folder_of};
use crate::cli::exit::Usage;
use crate::plain_file;

/// The largest file, in bytes: most of it are certificates, escaped.
const MAX_BYTES: u64 = 1 << 20;

/// A login.
pub(in crate::cli) struct Login {
    pub(in crate::cli) url: RemoteUrl,
    /// Whether to send secrets without TLS to another machine was said to be meant.
    pub(in crate::cli) insecure_http: bool,
    /// The certificates that are trusted (PEM); `None` for those that the system trusts.
    pub(in crate::cli) ca: Option<String>,
    /// For whom the token acts.
    pub(in crate::cli) user: String,
    pub(in crate::cli) token: TokenSecret,
    /// The token, if the login has made it; `None` if it was given.
    pub(in crate::cli) own: Option<OwnToken>,
}

/// A token that was made for the login, and ends with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::cli) struct OwnToken {
    pub(in crate::cli) name: String,
    pub(in crate::cli) hash: String,
    pub(in crate::cli) valid_until: String,
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored<'a> {
    url: String,
    insecure_http: bool,
    ca: Option<String>,
    user: String,
    token: Cow<'a, str>,
    own: Option<OwnToken>,
}

impl Login {
    /// A client with the token.
    pub(in crate::cli) fn client(&self) -> anyhow::Result<Client> {
        let client = Client::new(self.url.clone(), self.ca.as_deref())?;
        Ok(client.with_credential(Credential::Token(self.token.clone())))
    }

    /// The name of the token, if the login has made it.
    pub(in crate::cli) fn token_name(&self) -> &str {
        self.own.as_ref().map_or("", |own| &own.name)
    }

    /// Revokes the token, if the login has made it. One that is not valid any more needs no revocation.
    pub(in crate::cli) async fn revoke(&self) -> anyhow::Result<()> {
        let Some(own) = &self.own else { return Ok(()) };
        let path = format!("/api/tokens/{}", component(&own.hash));
        match self.client()?.call(Request::new(Method::DELETE, path)).await {
            Err(error) if !error.is_unauthorized() => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Writes it to a new file.
    pub(in crate::cli) fn write(&self, mut draft: AtomicFile) -> anyhow::Result<()> {
        let stored = Stored {
            url: self.url.to_string(),
            insecure_http: self.insecure_http,
            ca: self.ca.clone(),
            user: self.user.clone(),
            token: self.token.expose().into(),
            own: self.own.clone(),
        };
        let text = Secret::new(serde_json::to_vec_pretty(&stored).context("the login")?);
        let path = draft.target().display().to_string();
        let file = draft.file();
        file.write_all(text.expose())
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.sync_all())
            .with_context(|| format!("failed to write {path}"))?;
        draft.publish()
    }
}

/// Where the login is kept: `haltere/login.json` in the user's folder for configuration.
pub(in crate::cli) struct LoginFile(PathBuf);

impl LoginFile {
    pub(in crate::cli) fn locate() -> anyhow::Result<Self> {
        let absolute = |name: &str| {
            let path = std::env::var_os(name).map(PathBuf::from);
            path.filter(|path| path.is_absolute())
        };
        let folder = absolute("XDG_CONFIG_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".config")))
            .context("neither XDG_CONFIG_HOME nor HOME says where to keep a login");
        Ok(Self(folder.map_err(Usage::because)?.join("haltere/login.json")))
    }

    /// The login. Refuses a file that others can read.
    pub(in crate::cli) fn read(&self) -> anyhow::Result<Login> {
        let missing = || anyhow!("there is no login; `haltere login URL` makes one");
        let found = self.find(true).map_err(Usage::because)?;
        found.ok_or_else(|| Usage::because(missing()))
    }

    /// The login that is to be given up; `None` if there is none.
    pub(in crate::cli) fn read_to_end(&self) -> anyhow::Result<Option<Login>> {
        self.find(false)
    }

    fn find(&self, has_to_be_private: bool) -> anyhow::Result<Option<Login>> {
        let path = self.0.display();
        let (file, _) = match plain_file::open(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.with_context(|| format!("failed to read {path}"))?,
        };
        let mode = file.metadata().with_context(|| format!("failed to look at {path}"))?;
        let mode = mode.permissions().mode() & 0o777;
        if has_to_be_private && mode & 0o077 != 0 {
            bail!(
                "{path} has mode {mode:o}, so others may have read the token in it: revoke it with `haltere logout`, and log in again"
            );
        }
        let mut bytes = Vec::new();
        let read = file.take(MAX_BYTES).read_to_end(&mut bytes);
        let bytes = Secret::new(bytes);
        read.with_context(|| format!("failed to read {path}"))?;
        let login = parse(bytes.expose());
        // What is wrong is not quoted: it may be the token.
        login.map(Some).with_context(|| format!("{path} is no login as `haltere login` writes it"))
    }

    /// Begins a new file, which replaces the one that is there.
    pub(in crate::cli) fn begin(&self) -> anyhow::Result<AtomicFile> {
        let folder = folder_of(&self.0);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("failed to make the folder {}", folder.display()))?;
        AtomicFile::begin(&self.0, IfExists::Replace)
    }

    /// Removes the file.
    pub(in crate::cli) fn remove(&self) -> anyhow::Result<()> {
        fs::remove_file(&self.0).with_context(|| format!("failed to remove {}", self.0.display()))
    }
}

fn parse(bytes: &[u8]) -> Option<Login> {
    let stored: Stored<'_> = serde_json::from_slice(bytes).ok()?;
    let Stored { url, insecure_http, ca, user, token, own } = stored;
    let url = RemoteUrl::parse(&url, insecure_http).ok()?;
    let token = TokenSecret::parse(&token)?;
    Some(Login { url, insecure_http, ca, user, token, own })
}

/// Reads certificates (PEM) to trust.
pub(in crate::cli) fn read_ca(path: &Path) -> anyhow::Result<String> {
    let failed = || format!("failed to read {}", path.display());
    let text = plain_file::read_text(path, Pem::MAX_BYTES as u64).with_context(failed);
    text.map_err(Usage::because)
}
