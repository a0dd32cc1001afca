//! A rule in the notation of the configuration: `allow 10.20.0.0/16 port 1883-1890`.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;

use haltere_core::{Network, NetworkError};

/// Allows or denies a part of the network.
///
/// Written as `allow` or `deny`; then a network (`10.20.0.0/16`, `fd00::/8`), a single address, or
/// `all`; then, unless every port is meant, `port` and a port or a range of ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressRule {
    pub action: EgressAction,
    /// `None`: all addresses of both families.
    network: Option<Network>,
    ports: RangeInclusive<u16>,
}

/// What a rule does with the addresses it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EgressAction {
    Allow,
    Deny,
}

/// Why a rule is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The first word is neither `allow` nor `deny`.
    #[error("a rule starts with allow or deny")]
    Action,
    /// The second word is missing.
    #[error("after allow or deny comes a network such as 10.0.0.0/8, an address, or all")]
    NoNetwork,
    /// The second word is no network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The text after the network is no port.
    #[error("after the network comes nothing, or port and a number or range such as 1883-1890")]
    Port,
    /// The range is empty, or holds port 0.
    #[error("ports go from 1 to 65535, the smaller one first")]
    PortRange,
}

impl EgressRule {
    const ALL_PORTS: RangeInclusive<u16> = 1..=u16::MAX;

    /// Whether it matches `port` at `address`.
    pub(super) fn matches(&self, address: IpAddr, port: u16) -> bool {
        self.ports.contains(&port) && self.network.is_none_or(|it| it.contains(address))
    }
}

impl FromStr for EgressRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let mut words = text.split_whitespace();
        let action = match words.next() {
            Some("allow") => EgressAction::Allow,
            Some("deny") => EgressAction::Deny,
            _ => return Err(RuleError::Action),
        };
        let network = match words.next().ok_or(RuleError::NoNetwork)? {
            "all" => None,
            network => Some(network.parse()?),
        };
        let ports = match (words.next(), words.next(), words.next()) {
            (None, ..) => Self::ALL_PORTS,
            (Some("port"), Some(range), None) => ports(range)?,
            _ => return Err(RuleError::Port),
        };
        Ok(Self { action, network, ports })
    }
}

fn is_one_address(network: Network) -> bool {
    let width = if network.address().is_ipv4() { 32 } else { 128 };
    network.prefix() == width
}

fn ports(word: &str) -> Result<RangeInclusive<u16>, RuleError> {
    let number = |text: &str| match text.parse::<u32>() {
        Ok(number) => u16::try_from(number).map_err(|_| RuleError::PortRange),
        Err(_) => Err(RuleError::Port),
    };
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    let ports = number(first)?..=number(last)?;
    if ports.is_empty() || ports.contains(&0) { Err(RuleError::PortRange) } else { Ok(ports) }
}

impl fmt::Display for EgressRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.action {
            EgressAction::Allow => "allow ",
            EgressAction::Deny => "deny ",
        })?;
        match self.network {
            None => f.write_str("all")?,
            Some(one) if is_one_address(one) => one.address().fmt(f)?,
            Some(network) => network.fmt(f)?,
        }
        let (first, last) = (self.ports.start(), self.ports.end());
        match () {
            () if self.ports == Self::ALL_PORTS => Ok(()),
            () if first == last => write!(f, " port {first}"),
            () => write!(f, " port {first}-{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rules_are_parsed_and_displayed_in_the_same_form() {
        for text in [
            "allow 10.20.0.0/16 port 1883",
            "allow 10.20.0.0/16 port 8883-8884",
            "deny all",
            "allow all port 1883",
            "deny fd00::/8",
            "allow 192.0.2.7",
            "allow 2001:db8::1 port 1-65534",
            "deny 0.0.0.0/0",
        ] {
            assert_eq!(text.parse::<EgressRule>().expect("valid").to_string(), text);
        }
        let spaced: EgressRule = "  deny\t10.0.0.1/32  port 1-65535 ".parse().expect("valid");
        assert_eq!(spaced.to_string(), "deny 10.0.0.1");
        let mapped: EgressRule = "deny ::ffff:10.0.0.0/104".parse().expect("valid");
        assert_eq!(mapped.to_string(), "deny 10.0.0.0/8");
    }

    #[test]
    fn an_invalid_rule_is_refused_with_its_error() {
        let error = |text: &str| text.parse::<EgressRule>().expect_err(text);
        for (text, why) in [
            ("", RuleError::Action),
            ("permit all", RuleError::Action),
            ("Allow all", RuleError::Action),
            ("allow", RuleError::NoNetwork),
            ("allow all 1883", RuleError::Port),
            ("allow all port", RuleError::Port),
            ("allow all port mqtt", RuleError::Port),
            ("allow all port 1883 8883", RuleError::Port),
            ("allow all port 1883,8883", RuleError::Port),
            ("allow all port -1", RuleError::Port),
            ("allow all port 0", RuleError::PortRange),
            ("allow all port 0-9", RuleError::PortRange),
            ("allow all port 2-1", RuleError::PortRange),
            ("allow all port 65536", RuleError::PortRange),
        ] {
            assert_eq!(error(text), why, "{text}");
        }
        for text in [
            "allow port 1883",
            "allow broker.example",
            "allow 10.0.0.0/33",
            "allow 10.0.0.1/8",
            "allow 010.0.0.1",
            "allow fe80::1%eth0",
        ] {
            assert!(matches!(error(text), RuleError::Network(_)), "{text}");
        }
    }

    #[test]
    fn a_rule_matches_its_network_and_its_ports() {
        let rule: EgressRule = "deny 10.0.0.0/8 port 20-30".parse().expect("valid");
        for (address, port, matches) in [
            ("10.0.0.0", 20, true),
            ("10.255.255.255", 30, true),
            ("10.0.0.1", 19, false),
            ("10.0.0.1", 31, false),
            ("11.0.0.0", 25, false),
            ("::a00:1", 25, false),
        ] {
            assert_eq!(rule.matches(address.parse().expect("valid"), port), matches, "{address}");
        }
        let all: EgressRule = "deny all".parse().expect("valid");
        assert!(["10.0.0.1", "::1"].iter().all(|ip| all.matches(ip.parse().expect("valid"), 1)));
    }

    proptest! {
        #[test]
        fn any_text_is_handled_and_a_valid_rule_is_displayed_in_the_same_form(
            text in "(allow|deny|x)? ?([0-9a-f:.]{0,20}/?[0-9]{0,3}|all) ?(port)? ?[0-9]{0,6}-?[0-9]{0,6}",
        ) {
            if let Ok(rule) = text.parse::<EgressRule>() {
                prop_assert_eq!(rule.to_string().parse::<EgressRule>(), Ok(rule));
            }
        }
    }
}
