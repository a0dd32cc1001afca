//! Does a certificate belong to a host? The rules of Mosquitto's own clients
//! (`mosquitto__verify_certificate_hostname`), for the certificates that webpki doesn't judge.

use std::net::IpAddr;

use haltere_core::Host;

use super::certificate::{AlternativeName, Certificate};

/// Whether one of the certificate's names is `host`. The common name counts only when there is no
/// DNS name in the certificate. Both may be an IP address in letters, though not with a wildcard.
pub(super) fn belongs_to(certificate: &Certificate<'_>, host: &Host) -> bool {
    let is_alternative = certificate.alternative_names().any(|name| match name {
        AlternativeName::Dns(pattern) => matches(pattern, host),
        AlternativeName::Ip(bytes) => {
            address_of(host).is_some_and(|it| Some(it) == ip_address(bytes))
        }
    });
    let is_common = || certificate.common_name().is_some_and(|name| matches(name, host));
    is_alternative || !has_dns_names(certificate) && is_common()
}

/// Whether `host` is an IP address, and the certificate holds it as a DNS name.
pub(super) fn has_address_as_dns_name(certificate: &Certificate<'_>, host: &Host) -> bool {
    address_of(host).is_some()
        && certificate
            .alternative_names()
            .any(|name| matches!(name, AlternativeName::Dns(pattern) if matches(pattern, host)))
}

fn address_of(host: &Host) -> Option<IpAddr> {
    match host {
        Host::Name(_) => None,
        Host::V4(address) => Some(IpAddr::V4(*address)),
        Host::V6(address) => Some(IpAddr::V6(*address)),
    }
}

/// Whether there is a DNS name among the alternative names.
pub(super) fn has_dns_names(certificate: &Certificate<'_>) -> bool {
    certificate.alternative_names().any(|name| matches!(name, AlternativeName::Dns(_)))
}

/// The names a certificate is good for: the alternative names, or else the common name.
/// As they are in the certificate: hostile, unbounded.
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

/// Addresses are compared as such. Of a name, a wildcard is exactly the first label.
fn matches(pattern: &str, host: &Host) -> bool {
    match address_of(host) {
        Some(address) => pattern.parse() == Ok(address),
        None => matches_name(pattern, &host.to_string()),
    }
}

fn matches_name(pattern: &str, host: &str) -> bool {
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
            ("broker\0.evil", "broker", false),
            ("", "broker", false),
        ] {
            assert_eq!(matches_name(pattern, host), expected, "{pattern:?} {host:?}");
        }
    }

    #[test]
    fn an_address_is_itself_alone() {
        let v4 = Host::V4([127, 0, 0, 1].into());
        let v6 = Host::V6("2001:db8::1".parse().expect("an address"));
        for (pattern, host, expected) in [
            ("127.0.0.1", &v4, true),
            ("127.0.0.1.", &v4, false),
            ("127.0.0.01", &v4, false),
            ("127.1", &v4, false),
            ("*.0.0.1", &v4, false),
            ("*", &v4, false),
            ("::ffff:127.0.0.1", &v4, false),
            ("127.0.0.1\0.evil", &v4, false),
            ("2001:db8::1", &v6, true),
            ("2001:DB8:0:0:0:0:0:1", &v6, true),
            ("[2001:db8::1]", &v6, false),
            ("*:db8::1", &v6, false),
            ("127.0.0.1", &Host::Name("127.0.0.1.example".to_owned()), false),
        ] {
            assert_eq!(matches(pattern, host), expected, "{pattern:?} {host}");
        }
    }
}
