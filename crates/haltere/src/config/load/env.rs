//! Settings from environment variables.

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::resolved::{Origin, Resolved, ResolvedSettings};
use super::{Sources, check};
use crate::config::setting_meta::SettingMeta;

/// The prefix of our environment variables.
const PREFIX: &str = "HALTERE_";

/// The variable that names the file, and therefore can't be in it.
const FILE: &str = "HALTERE_CONFIG";

/// The configuration file that the environment names.
pub(super) fn file(sources: &Sources) -> Option<PathBuf> {
    sources.env.get(FILE).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Reads the variables into `resolved`.
pub(super) fn read(
    sources: &Sources,
    metas: &[SettingMeta],
    resolved: &mut ResolvedSettings,
) -> anyhow::Result<()> {
    let ours = sources.env.iter().filter(|(name, text)| {
        name.starts_with(PREFIX) && name.as_str() != FILE && !text.is_empty()
    });
    for (name, text) in ours {
        let Some(meta) = metas.iter().find(|meta| meta.env == name) else {
            if is_from_service(name, text) {
                continue;
            }
            bail!(
                "unknown environment variable {name}; `haltere config template` lists the known ones"
            );
        };
        let value = check(meta, meta.read(text)).with_context(|| name.clone())?;
        resolved.insert(meta.path.clone(), Resolved { value, origin: Origin::Env(name.clone()) });
    }
    Ok(())
}

/// Whether Kubernetes set the variable because a Service in the same namespace has the name `haltere` or one that
/// begins with `haltere-`: every container gets the address of each Service. The formats are fixed (they are those of
/// Docker's links), so a misspelt setting has none of them.
fn is_from_service(name: &str, text: &str) -> bool {
    let is_port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
    let is_address = |text: &str| text.parse::<IpAddr>().is_ok();
    let is_protocol = |text: &str| matches!(text, "tcp" | "udp" | "sctp");
    let is_target = |text: &str| {
        let parts = text.split_once("://").zip(text.rsplit_once(':'));
        parts.is_some_and(|((protocol, _), (_, port))| is_protocol(protocol) && is_port(port))
    };
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let words: Vec<&str> = rest.split('_').collect();
    // The name of the Service may contain any words, so try every position.
    (0..words.len()).any(|at| match &words[at..] {
        ["SERVICE", "HOST"] => is_address(text),
        ["SERVICE", "PORT", ..] => is_port(text),
        ["PORT"] => is_target(text),
        ["PORT", number, protocol, what @ ..]
            if is_port(number) && is_protocol(&protocol.to_ascii_lowercase()) =>
        {
            match what {
                [] => is_target(text),
                ["PROTO"] => is_protocol(text),
                ["PORT"] => is_port(text),
                ["ADDR"] => is_address(text),
                _ => false,
            }
        }
        _ => false,
    })
}
