//! `haltere login`: makes a token at a remote haltere, and keeps it for other commands.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::slice;

use anyhow::{Context as _, anyhow};
use clap::Args;
use haltere_core::{Clock as _, Role, Roles, TokenName, TokenSecret};
use jiff::SignedDuration;

use super::exit::Usage;
use super::password::{LoginPassword, secret_from_stdin};
use super::remote::{
    Client, Credential, Login, LoginFile, Method, NewTokenBody, OwnToken, Profile, RemoteUrl,
    Request, Session, read_ca,
};
use super::{block_on, notice};
use crate::clock::SystemClock;
use crate::plain_file;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Where haltere is, for example `https://haltere.example.com:8088`
    #[arg(value_name = "URL")]
    url: String,

    /// The user to log in as, an administrator; asks if it is left out
    #[arg(long, value_name = "NAME", conflicts_with = "token_file")]
    user: Option<String>,

    #[command(flatten)]
    password: LoginPassword,

    /// Keep the token in this file (- is standard input) instead of logging in and making one, for example for a user who
    /// signs on with a provider
    #[arg(long, value_name = "FILE", conflicts_with = "password_stdin")]
    token_file: Option<PathBuf>,

    /// Trust the certificates in this PEM file instead of those that the system trusts
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// For how many days the login is valid [default: 30, or fewer if haltere allows fewer]
    #[arg(long, value_name = "DAYS", conflicts_with = "token_file", value_parser = clap::value_parser!(u16).range(1..))]
    expires: Option<u16>,

    /// Send password and token without encryption to another machine, where everyone on the way can read them
    #[arg(long)]
    insecure_http: bool,
}

/// For how many days to ask, one after the other, as long as that is more than `tokens.max_lifetime`.
const DAYS: [u16; 3] = [30, 7, 1];

/// What can be read from a token file: a token, with line breaks and some blanks.
const MAX_TOKEN_FILE: u64 = 1_024;

impl Options {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let url = RemoteUrl::parse(&self.url, self.insecure_http).map_err(Usage::because)?;
        let ca = self.ca.as_deref().map(read_ca).transpose()?;
        let file = LoginFile::locate()?;
        let former = file.read_to_end();
        // Before there is a token that would be lost.
        let draft = file.begin()?;
        let client = Client::new(url.clone(), ca.as_deref())?;
        block_on(async {
            let (user, token, own) = match &self.token_file {
                Some(file) => self.given(&client, file).await?,
                None => self.made(&client).await?,
            };
            let insecure_http = self.insecure_http;
            let login = Login { url, insecure_http, ca, user, token, own };
            if let Err(error) = login.write(draft) {
                give_up(&login).await;
                return Err(error);
            }
            notice(&format!("logged in at {} as {}{}", login.url, login.user, until(&login)));
            match former {
                Ok(Some(former)) if former.token != login.token => give_up(&former).await,
                Ok(_) => {}
                Err(error) => notice(&format!("haltere: replaced the login before: {error:#}")),
            }
            Ok(())
        })
    }

    /// A token that is there already, and the user for whom it acts.
    async fn given(
        &self,
        client: &Client,
        file: &Path,
    ) -> anyhow::Result<(String, TokenSecret, Option<OwnToken>)> {
        let text = if file == Path::new("-") {
            secret_from_stdin("token")?
        } else {
            let text = plain_file::read_text(file, MAX_TOKEN_FILE);
            let text = text.with_context(|| format!("failed to read {}", file.display()));
            text.map_err(Usage::because)?.into()
        };
        let token = TokenSecret::parse(text.expose().trim());
        let token = token.ok_or_else(|| Usage::because(anyhow!("that is no token of haltere")))?;
        let client = client.clone().with_credential(Credential::Token(token.clone()));
        let answer = client.call(Request::new(Method::GET, "/api/profile")).await;
        let profile = answer.and_then(|answer| answer.json::<Profile>());
        let profile = profile.context("failed to use the token")?;
        Ok((profile.username, token, None))
    }

    /// A new token, made with the password.
    async fn made(
        &self,
        client: &Client,
    ) -> anyhow::Result<(String, TokenSecret, Option<OwnToken>)> {
        let user = match &self.user {
            Some(user) => user.clone(),
            None => ask_for_user()?,
        };
        let secrets = self.password.read()?;
        let session = Session::log_in(client.clone(), &user, &secrets).await?;
        let made = self.make_token(&session).await;
        session.end().await;
        made.context(
            "failed to make a token for the command line; an administrator can make one, for --token-file",
        )
    }

    async fn make_token(
        &self,
        session: &Session,
    ) -> anyhow::Result<(String, TokenSecret, Option<OwnToken>)> {
        let Profile { username, roles } = session.profile().await?;
        let roles: Roles = roles.iter().filter_map(|role| role.parse::<Role>().ok()).collect();
        let role = roles.highest().context("the user has no role that this version knows")?;
        let host = host_name();
        let days = self.expires.as_ref().map_or(&DAYS[..], slice::from_ref);
        let mut refusal = anyhow!("there is nothing to try");
        for days in days {
            let time = SignedDuration::from_hours(24 * i64::from(*days));
            let until = SystemClock.now().checked_add(time).context("--expires")?;
            let new = NewTokenBody {
                name: token_name(&username, &host),
                description: format!("Command line of {username} on {host}"),
                valid_until: until.to_string(),
                role: role.as_str().to_owned(),
                read_only: false,
                actions: None,
                connections: None,
                labels: None,
                networks: None,
            };
            match session.create_token(&new).await {
                Ok((token, own)) => return Ok((username, token, Some(own))),
                Err(error) if error.is_about("validUntil") => refusal = error.into(),
                Err(error) => return Err(error.into()),
            }
        }
        Err(refusal)
    }
}

fn ask_for_user() -> anyhow::Result<String> {
    if !io::stdin().is_terminal() {
        return Err(Usage::because(anyhow!("--user says as whom to log in")));
    }
    let mut user = String::new();
    write!(io::stderr(), "User: ").context("failed to ask for the user")?;
    io::stdin().read_line(&mut user).context("failed to read the user")?;
    Ok(user.trim().to_owned())
}

/// Revokes a token that is not needed any more.
async fn give_up(login: &Login) {
    if let Err(error) = login.revoke().await {
        notice(&format!("haltere: failed to revoke the token {}: {error:#}", login.token_name()));
    }
}

/// `; the token … is valid until …`
fn until(login: &Login) -> String {
    login.own.as_ref().map_or_else(String::new, |OwnToken { name, valid_until, .. }| {
        format!("; the token {name} is valid until {valid_until}")
    })
}

/// Says for whom and where the token is, and differs from those of other logins.
fn token_name(user: &str, host: &str) -> String {
    let distinct = format!("-{:06x}", rand::random::<u32>() >> 8);
    let length = TokenName::MAX_CHARS - distinct.len();
    let cut: String = format!("{user}@{host}").chars().take(length).collect();
    format!("{}{distinct}", cut.trim_end())
}

/// How this machine is called.
fn host_name() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let is_of_name = |c: &char| c.is_ascii_alphanumeric() || "-._".contains(*c);
    let name: String = name.trim().chars().filter(is_of_name).take(40).collect();
    if name.is_empty() { "unknown".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tokens_fit_and_differ() {
        let long = "x".repeat(128);
        for (user, host) in [("ann", "desk"), (&long, "desk"), ("é", &long)] {
            let [one, other] = [0; 2].map(|_| token_name(user, host));
            assert_ne!(one, other);
            assert_eq!(TokenName::parse(&one).expect("a name").as_str(), one);
        }
    }
}
