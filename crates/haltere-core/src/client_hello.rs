//! The parts of the first message of a TLS handshake that an operator may set.

use std::fmt;
use std::sync::Arc;

use url::Host;

use crate::sentences;
use crate::text::is_invisible_in_names;

/// The protocols to ask for by ALPN (RFC 7301), the preferred one first: at least one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Alpn(Arc<[String]>);

sentences! {
    /// Why a list of protocols was refused. Each message completes "`<field>`: …".
    #[derive(Copy)]
    pub enum AlpnError {
        NoProtocol => "must name at least one protocol",
        TooManyProtocols { max: usize } => "must name at most {max} protocols",
        ProtocolLength { max: usize } => "each protocol's name must be 1 to {max} bytes long",
        ProtocolCharacter => "each protocol's name must consist of visible ASCII characters",
        RepeatedProtocol => "names the same protocol twice",
    }
}

impl Alpn {
    /// The most protocols.
    pub const MAX_PROTOCOLS: usize = 8;

    /// The longest name of a protocol, in bytes: its length has one byte (RFC 7301, 3.1).
    pub const MAX_BYTES: usize = 255;

    /// Takes the names as given, when they obey the rules. Case counts, as RFC 7301 has it.
    pub fn new(protocols: Vec<String>) -> Result<Self, AlpnError> {
        if protocols.is_empty() {
            return Err(AlpnError::NoProtocol);
        }
        if protocols.len() > Self::MAX_PROTOCOLS {
            return Err(AlpnError::TooManyProtocols { max: Self::MAX_PROTOCOLS });
        }
        for (position, name) in protocols.iter().enumerate() {
            if name.is_empty() || name.len() > Self::MAX_BYTES {
                return Err(AlpnError::ProtocolLength { max: Self::MAX_BYTES });
            }
            if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(AlpnError::ProtocolCharacter);
            }
            if protocols[..position].contains(name) {
                return Err(AlpnError::RepeatedProtocol);
            }
        }
        Ok(Self(protocols.into()))
    }

    /// The names, separated by spaces: how they are stored.
    pub fn parse(text: &str) -> Result<Self, AlpnError> {
        Self::new(text.split_ascii_whitespace().map(str::to_owned).collect())
    }

    /// The names, the preferred one first.
    pub fn protocols(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for Alpn {
    /// What [`Alpn::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// The host name to ask for (SNI, RFC 6066) and to find in the certificate, instead of the URL's host.
/// ASCII (punycode where needed), lower case, without a dot at its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TlsServerName(String);

sentences! {
    /// Why a server name was refused: SNI carries host names only (RFC 6066, 3). Each message completes "`<field>`: …".
    #[derive(Copy)]
    pub enum TlsServerNameError {
        IpAddress => "must be a host name; an IP address can't be asked for, put it into the URL",
        BadName => "is not a valid host name",
    }
}

impl TlsServerName {
    /// Reads a host name.
    pub fn parse(text: &str) -> Result<Self, TlsServerNameError> {
        let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(text);
        if bare.parse::<std::net::IpAddr>().is_ok() {
            return Err(TlsServerNameError::IpAddress);
        }
        let text = text.strip_suffix('.').unwrap_or(text);
        // They would be dropped in silence.
        if text.chars().any(is_invisible_in_names) {
            return Err(TlsServerNameError::BadName);
        }
        match Host::parse(text) {
            Ok(Host::Domain(name)) if is_host_name(&name) => Ok(Self(name)),
            Ok(Host::Domain(_)) | Err(_) => Err(TlsServerNameError::BadName),
            Ok(Host::Ipv4(_) | Host::Ipv6(_)) => Err(TlsServerNameError::IpAddress),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TlsServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether TLS libraries take it for a name: up to 253 bytes of labels, each of 1 to 63 letters, digits,
/// hyphens (inside only) and underscores.
fn is_host_name(name: &str) -> bool {
    const LONGEST: usize = 253;
    const LONGEST_LABEL: usize = 63;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(known)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= LONGEST && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alpn(names: &[&str]) -> Result<Alpn, AlpnError> {
        Alpn::new(names.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn protocols_are_kept_in_their_order() {
        let names = ["x-amzn-mqtt-ca", "mqtt", "MQTT", "http/1.1"];
        let given = alpn(&names).expect("valid");
        assert_eq!(given.protocols(), names);
        assert_eq!(Alpn::parse(&given.to_string()), Ok(given));
        assert!(alpn(&["x".repeat(255).as_str()]).is_ok());
    }

    #[test]
    fn invalid_protocol_lists_are_refused() {
        let long = "x".repeat(256);
        for (names, why) in [
            (&[][..], AlpnError::NoProtocol),
            (
                &["a", "b", "c", "d", "e", "f", "g", "h", "i"],
                AlpnError::TooManyProtocols { max: Alpn::MAX_PROTOCOLS },
            ),
            (&["mqtt", ""], AlpnError::ProtocolLength { max: Alpn::MAX_BYTES }),
            (&[&long], AlpnError::ProtocolLength { max: Alpn::MAX_BYTES }),
            (&["a b"], AlpnError::ProtocolCharacter),
            (&["a\n"], AlpnError::ProtocolCharacter),
            (&["\u{202e}mqtt"], AlpnError::ProtocolCharacter),
            (&["mqtt", "h2", "mqtt"], AlpnError::RepeatedProtocol),
        ] {
            assert_eq!(alpn(names), Err(why), "{names:?}");
        }
        assert_eq!(Alpn::parse(" "), Err(AlpnError::NoProtocol));
    }

    #[test]
    fn server_names_are_host_names() {
        for (text, name) in [
            ("a1b2-ats.iot.eu-central-1.amazonaws.com", "a1b2-ats.iot.eu-central-1.amazonaws.com"),
            ("Broker.Example.", "broker.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("my_broker", "my_broker"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(TlsServerName::parse(text).expect(text).as_str(), name);
        }
    }

    #[test]
    fn invalid_server_names_are_refused() {
        for text in ["10.0.0.1", "::1", "[::1]", "2001:db8::1", "0x7f.1", "10.0.0.1."] {
            assert_eq!(TlsServerName::parse(text), Err(TlsServerNameError::IpAddress), "{text}");
        }
        let (long_label, long) = ("a".repeat(64), "a.".repeat(130));
        for text in [
            "",
            ".",
            "..",
            " ",
            "a b",
            "*.example",
            "a..b",
            "-a.example",
            "a-.example",
            "a\u{0}b",
            "broker:8883",
            "mqtts://broker",
            "a/b",
            "u@h",
            &long_label,
            &long,
        ] {
            assert_eq!(TlsServerName::parse(text), Err(TlsServerNameError::BadName), "{text:?}");
        }
    }
}
