//! Does a certificate belong to a host? The rules of Mosquitto's own clients
//! (`mosquitto__verify_certificate_hostname`), for the certificates that webpki doesn't judge.

use std::net::IpAddr;

use haltere_core::Host;

use super::certificate::{AlternativeName, Certificate};

/// Whether one of the certificate's names is `host`. The common name counts only when there is no
/// DNS name beside it; it may be an IP address.
pub(super) fn belongs_to(certificate: &Certificate<'_>, host: &Host) -> bool {
    let address = match host {
        Host::Name(_) => None,
        Host::V4(address) => Some(IpAddr::V4(*address)),
        Host::V6(address) => Some(IpAddr::V6(*address)),
    };
    let host = host.to_string();
    let is_alternative = certificate.alternative_names().any(|name| match name {
        AlternativeName::Dns(pattern) => matches(pattern, &host),
        AlternativeName::Ip(bytes) => address.is_some() && address == ip_address(bytes),
    });
    let is_common = || certificate.common_name().is_some_and(|name| matches(name, &host));
    is_alternative || !has_dns_names(certificate) && is_common()
}

/// Whether there is a DNS name among the alternative names.
pub(super) fn has_dns_names(certificate: &Certificate<'_>) -> bool {
    certificate.alternative_names().any(|name| matches!(name, AlternativeName::Dns(_)))
}

/// The names a certificate is good for: the alternative names, or else the common name.
/// As they stand in the certificate: hostile, unbounded.
pub(super) fn all(certificate: &Certificate<'_>) -> Vec<String> {
    let mut names: Vec<String> = certificate
        .alternative_names()
        .filter_map(|name| match name {
            AlternativeName::Dns(name) => Some(name.to_owned()),
            AlternativeName::Ip(bytes) => ip_address(bytes).map(|address| address.to_string()),
        })
        .collect();
    if !has_dns_names(certificate) {
        names.extend(certificate.common_name().map(str::to_owned));
        names.dedup();
    }
    names
}

fn ip_address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

/// A wildcard stands for exactly the first label.
fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(parent) => {
            host.split_once('.').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(parent))
        }
        None => pattern.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_is_one_label() {
        for (pattern, host, expected) in [
            ("broker.example", "BROKER.example", true),
            ("broker.example", "broker.example.org", false),
            ("*.example", "broker.example", true),
            ("*.example", "a.broker.example", false),
            ("*.example", "example", false),
            ("*", "broker", false),
            ("*broker", "mybroker", false),
            ("10.0.0.1", "10.0.0.1", true),
            ("broker\0.evil", "broker", false),
            ("", "broker", false),
        ] {
            assert_eq!(matches(pattern, host), expected, "{pattern:?} {host:?}");
        }
    }
}
