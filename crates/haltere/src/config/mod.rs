//! What an operator can set, one file per section.
//!
//! A setting comes from the first of four sources that has it: a command-line flag, an environment variable
//! `HALTERE_…`, the TOML file, the default. [`load()`] reads them and remembers the source.
//! The types of this module stop at [`crate::wiring`]: no other crate knows that there are files or variables.

#![expect(
    clippy::doc_markdown,
    clippy::doc_link_with_quotes,
    rustdoc::bare_urls,
    reason = "these comments become the template, where backticks are noise"
)]
#![expect(unused_qualifications, reason = "what confique's derive writes")]

mod admin;
mod audit;
mod connections;
mod data;
mod egress;
mod limits;
mod link;
mod listen;
mod load;
mod log;
mod login;
mod plugins;
mod secret;
mod server;
mod sessions;
mod setting_meta;
mod show;
mod sign_on;
mod syslog_receiver;
mod template;
mod tokens;
mod units;

use confique::Config;

use admin::Admin;
use audit::Audit;
use connections::Connections;
use egress::Egress;
use limits::LimitSettings;
use link::Link;
use log::Log;
use login::Login;
use plugins::Plugins;
use sessions::Sessions;
use sign_on::SignOn;
use tokens::Tokens;

pub(crate) use audit::AuditSyslog;
pub(crate) use connections::Secrets;
pub(crate) use data::Data;
pub(crate) use load::{Flag, Loaded, Sources, load};
pub(crate) use log::Format as LogFormat;
pub(crate) use secret::read as read_secret_file;
pub(crate) use server::Server;
pub(crate) use show::show;
pub(crate) use syslog_receiver::{Protocol, Receiver};
pub(crate) use template::template;

/// The settings of haltere. Every one of them is optional.
///
/// A setting comes from the first of these that has it: a command-line flag, an environment variable,
/// this file (haltere serve --config FILE), the default.
#[derive(Debug, Config)]
pub(crate) struct Settings {
    #[config(nested)]
    pub server: Server,

    #[config(nested)]
    pub data: Data,

    #[config(nested)]
    pub admin: Admin,

    #[config(nested)]
    pub connections: Connections,

    #[config(nested)]
    pub link: Link,

    #[config(nested)]
    pub egress: Egress,

    #[config(nested)]
    pub sessions: Sessions,

    #[config(nested)]
    pub login: Login,

    #[config(nested)]
    pub sign_on: SignOn,

    #[config(nested)]
    pub tokens: Tokens,

    #[config(nested)]
    pub limits: LimitSettings,

    #[config(nested)]
    pub audit: Audit,

    #[config(nested)]
    pub plugins: Plugins,

    #[config(nested)]
    pub log: Log,
}
