//! The URL of a syslog receiver.

use anyhow::{Context as _, bail};
use haltere_core::{BrokerUrl, Host};

/// How messages are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// RFC 5426: a datagram per message.
    Udp,
    /// RFC 5425: TLS, with the length before each message.
    Tls,
}

/// A receiver of syslog messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receiver {
    pub(crate) protocol: Protocol,
    pub(crate) host: Host,
    pub(crate) port: u16,
}

impl Receiver {
    /// Reads `tls://host`, `udp://host:port`, `tls://[::1]:6514`.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let malformed = || format!("{text:?} is neither tls://HOST:PORT nor udp://HOST:PORT");
        let (scheme, rest) = text.trim().split_once("://").with_context(malformed)?;
        let (protocol, usual_port) = match scheme {
            "udp" => (Protocol::Udp, 514),
            "tls" => (Protocol::Tls, 6_514),
            _ => bail!(malformed()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '@', '?', '#']) {
            bail!(malformed());
        }
        let has_port = rest.rsplit(']').next().is_some_and(|end| end.contains(':'));
        let authority = if has_port { rest.to_owned() } else { format!("{rest}:{usual_port}") };
        // Hosts are written the same way in URLs of brokers.
        let url = BrokerUrl::parse(&format!("mqtt://{authority}")).with_context(malformed)?;
        Ok(Self { protocol, host: url.host().clone(), port: url.port() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms_are_read() {
        for (text, expected) in [
            ("tls://logs.example", (Protocol::Tls, "logs.example", 6_514)),
            ("tls://logs.example:1234/", (Protocol::Tls, "logs.example", 1_234)),
            ("udp://10.0.0.1", (Protocol::Udp, "10.0.0.1", 514)),
            ("udp://[::1]", (Protocol::Udp, "::1", 514)),
            ("udp://[::1]:5140", (Protocol::Udp, "::1", 5_140)),
        ] {
            let Receiver { protocol, host, port } = Receiver::parse(text).expect(text);
            assert_eq!((protocol, &*host.to_string(), port), expected, "{text}");
        }
        for text in [
            "",
            "logs.example",
            "tcp://logs.example",
            "tls://",
            "udp://a:b",
            "tls://u@h",
            "tls://h/p",
        ] {
            assert!(Receiver::parse(text).is_err(), "{text}");
        }
    }
}
