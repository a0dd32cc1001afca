//! `[egress]`

use confique::Config;
use haltere_link::EgressRule;
use serde::{Deserialize, Deserializer, de::Error};

/// Where haltere may dial. Checked on the address really dialled, each time, whatever the name was.
#[derive(Debug, Config)]
pub(crate) struct Egress {
    /// Rules in order; the first that matches wins. An address that matches no rule is allowed, private
    /// networks and this machine included, except for those that no broker has: metadata of clouds, link-local,
    /// multicast, broadcast, reserved and unspecified addresses. haltere's own listener is never dialled.
    /// A rule is "allow" or "deny", a network, an address or "all", and if wanted "port" with a
    /// port or a range. For example, brokers in one network and nothing else:
    ///
    ///   rules = ["allow 10.20.0.0/16 port 1883", "allow 10.20.0.0/16 port 8883-8884", "deny all"]
    ///
    /// In the environment variable, separated by commas.
    #[config(env = "HALTERE_EGRESS_RULES", default = [], deserialize_with = deserialize)]
    pub rules: Vec<EgressRule>,
}

fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<EgressRule>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            text.parse().map_err(|error| {
                D::Error::custom(format_args!("egress.rules[{index}], {text:?}: {error}"))
            })
        })
        .collect()
}
