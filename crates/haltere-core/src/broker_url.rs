//! A broker's address as a URL.

use std::fmt::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use crate::sentence::CodePoint;
use crate::sentences;
use crate::text::{self, TextError};

/// How bytes travel between us and the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// `mqtt://` (also `tcp://`)
    Tcp,
    /// `mqtts://` (also `ssl://`, `tls://`)
    Tls,
    /// `ws://`
    Ws,
    /// `wss://`
    Wss,
}

impl Transport {
    /// The scheme it is written with.
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Tcp => "mqtt",
            Self::Tls => "mqtts",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    /// The port when none is given.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Tcp => 1883,
            Self::Tls => 8883,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }

    /// Whether there is TLS underneath.
    pub const fn is_tls(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    /// Whether there is a WebSocket in between.
    pub const fn is_websocket(self) -> bool {
        matches!(self, Self::Ws | Self::Wss)
    }

    fn from_scheme(scheme: &str) -> Option<Self> {
        match scheme.to_ascii_lowercase().as_str() {
            "mqtt" | "tcp" => Some(Self::Tcp),
            "mqtts" | "ssl" | "tls" => Some(Self::Tls),
            "ws" => Some(Self::Ws),
            "wss" => Some(Self::Wss),
            _ => None,
        }
    }
}

/// The host part of a broker's URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name to be resolved; ASCII (punycode where needed), lower case.
    Name(String),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

impl Host {
    /// One form for each host, however it was written: a name without its final dot, an IPv4 address
    /// out of its mapping into IPv6.
    #[must_use]
    pub fn canonical(&self) -> Self {
        match self {
            Self::Name(name) => Self::Name(name.strip_suffix('.').unwrap_or(name).to_owned()),
            Self::V4(address) => Self::V4(*address),
            Self::V6(address) => address.to_ipv4_mapped().map_or(Self::V6(*address), Self::V4),
        }
    }
}

impl fmt::Display for Host {
    /// Without brackets around IPv6.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::V4(address) => address.fmt(f),
            Self::V6(address) => address.fmt(f),
        }
    }
}

/// Where a broker is. Remembers how it was written; aliases of schemes are replaced by the usual ones.
/// Cloning shares it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BrokerUrl(Arc<Parts>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Parts {
    written: String,
    transport: Transport,
    host: Host,
    port: u16,
    /// Where the path begins in what was written.
    path_at: usize,
    /// The path, where the one that was written does not begin with `/`; else empty.
    path: String,
}

sentences! {
    /// Why a URL was refused. Each message completes "url: …". Never quotes a user name or a password.
    pub enum UrlError {
        Empty => "must not be empty",
        TooManyBytes { max: usize } => "must be at most {max} bytes long",
        Whitespace => "must not contain spaces or control characters",
        NoScheme => "must start with mqtt://, mqtts://, ws:// or wss://",
        UnknownScheme => "unknown scheme; use mqtt://, mqtts://, ws:// or wss://",
        UserInfo => "must not contain a user name or password; use credentials.username and credentials.password",
        Fragment => "must not contain a fragment (#)",
        NoHost => "the host is missing",
        BadHost => "the host is not a valid name or IP address",
        // The URL as it may have been meant, without a query.
        BareIpv6 { meant: String } => "an IPv6 address needs brackets: {meant}",
        ZoneId => "an IPv6 address must not have a zone id (%…); use an address that is valid beyond the link, in brackets, or a name",
        BadPort => "the port is not a number",
        // Digits only, at most 20 of them.
        PortOutOfRange { port: String } => "port {port} is out of range",
        HiddenInHost { character: CodePoint } => "the host contains {character}, an invisible or direction-changing character",
        HiddenInPath { character: CodePoint, encoded: String } => "the path contains {character}, an invisible or direction-changing character; write it as {encoded}, if it is meant",
        UnexpectedPath => "a path is possible only with ws:// and wss://",
    }
}

impl BrokerUrl {
    /// The longest URL, in bytes.
    pub const MAX_BYTES: usize = 2_048;

    /// Trims the text and reads it.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(UrlError::TooManyBytes { max: Self::MAX_BYTES });
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(UrlError::Whitespace);
        }
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::NoScheme)?;
        let transport = Transport::from_scheme(scheme).ok_or(UrlError::UnknownScheme)?;
        let (authority, path) = split_path(rest);
        if authority.contains('@') {
            return Err(UrlError::UserInfo);
        }
        if rest.contains('#') {
            return Err(UrlError::Fragment);
        }
        let (host, port) = parse_authority(authority, transport).map_err(|error| {
            // A password with a slash ends what looks like the authority. Nothing of it is quoted.
            match error {
                _ if path.contains('@') => UrlError::UserInfo,
                UrlError::BareIpv6 { meant } if transport.is_websocket() => {
                    let path = path.split('?').next().unwrap_or_default();
                    UrlError::BareIpv6 { meant: format!("{meant}{path}") }
                }
                error => error,
            }
        })?;
        // A lone slash says nothing, and MMC's own examples have it now and then.
        if !transport.is_websocket() && !matches!(path, "" | "/") {
            return Err(UrlError::UnexpectedPath);
        }
        let written = format!("{}://{rest}", transport.scheme());
        let path_at = written.len() - path.len();
        let path = if path.starts_with('/') { String::new() } else { format!("/{path}") };
        Ok(Self(Arc::new(Parts { written, transport, host, port, path_at, path })))
    }

    /// Whether it may be given to a connection now: what people see of it is what is dialled. Those that are
    /// stored were given under older rules, and stay.
    pub fn check_new(&self) -> Result<(), UrlError> {
        let (before, path) = self.0.written.split_at(self.0.path_at);
        if let Some(hidden) = before.chars().find(|it| text::is_invisible_in_names(*it)) {
            return Err(UrlError::HiddenInHost { character: CodePoint(hidden) });
        }
        match text::check_visible(path) {
            Err(TextError::Hidden { character }) => {
                Err(UrlError::HiddenInPath { character, encoded: percent_encoded(character.0) })
            }
            _ => Ok(()),
        }
    }

    /// The URL as it was written, with the usual scheme.
    pub fn as_str(&self) -> &str {
        &self.0.written
    }

    /// How bytes travel.
    pub fn transport(&self) -> Transport {
        self.0.transport
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.0.host
    }

    /// The port, given or the scheme's usual one.
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// The request target of the WebSocket upgrade: starts with `/`, may hold a query.
    pub fn path(&self) -> &str {
        let Parts { written, path_at, path, .. } = &*self.0;
        if path.is_empty() { &written[*path_at..] } else { path }
    }
}

/// For people: what would mislead them is written out.
impl fmt::Display for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().chars().try_for_each(|it| {
            if text::misleads(it) { write!(f, "{}", it.escape_unicode()) } else { f.write_char(it) }
        })
    }
}

fn percent_encoded(character: char) -> String {
    let mut bytes = [0; 4];
    let mut encoded = String::new();
    for byte in character.encode_utf8(&mut bytes).bytes() {
        let _ = write!(encoded, "%{byte:02X}");
    }
    encoded
}

/// Splits what comes behind `://` into the authority, and path and query.
pub(crate) fn split_path(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?', '\\']).unwrap_or(rest.len()))
}

/// Host and port; without one, the usual one.
fn parse_authority(authority: &str, transport: Transport) -> Result<(Host, u16), UrlError> {
    if has_zone_id(authority) {
        return Err(UrlError::ZoneId);
    }
    if let Some(meant) = with_brackets(authority) {
        return Err(UrlError::BareIpv6 { meant: format!("{}://{meant}", transport.scheme()) });
    }
    let (host, port) = split_port(authority)?;
    let host = parse_host(host)?;
    Ok((host, port.map_or(Ok(transport.default_port()), parse_port)?))
}

/// Splits `host:port`, minding the brackets of IPv6. An empty port (`host:`) counts as none.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), UrlError> {
    let host_end = match authority.strip_prefix('[') {
        Some(_) => authority.find(']').ok_or(UrlError::BadHost)? + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, rest) = authority.split_at(host_end);
    match rest.strip_prefix(':') {
        Some(port) => Ok((host, Some(port).filter(|port| !port.is_empty()))),
        None if rest.is_empty() => Ok((host, None)),
        None => Err(UrlError::BadHost),
    }
}

/// What `::1` and `::1:1883` were meant to be; `None` when it is no bare IPv6 address.
///
/// The last group may be a port: it is taken for one when it looks like one that brokers have.
fn with_brackets(authority: &str) -> Option<String> {
    let port = authority.rsplit_once(':').and_then(|(address, port)| {
        let address: Ipv6Addr = address.parse().ok()?;
        let port = parse_port(port).ok().filter(|port| matches!(port, 80 | 443 | 1_024..))?;
        Some(format!("[{address}]:{port}"))
    });
    port.or_else(|| authority.parse().ok().map(|address: Ipv6Addr| format!("[{address}]")))
}

/// Whether this is an IPv6 address with a zone id (`fe80::1%eth0`): which link it is on is nothing that a
/// URL can say, and differs from machine to machine.
fn has_zone_id(authority: &str) -> bool {
    let address = authority.split_once('%').map(|(address, _)| address);
    address.is_some_and(|it| it.strip_prefix('[').unwrap_or(it).parse::<Ipv6Addr>().is_ok())
}

fn parse_host(host: &str) -> Result<Host, UrlError> {
    if host.is_empty() {
        return Err(UrlError::NoHost);
    }
    match url::Host::parse(host).map_err(|_| UrlError::BadHost)? {
        url::Host::Domain(name) if !is_dns_name(&name) => Err(UrlError::BadHost),
        url::Host::Domain(name) => Ok(Host::Name(name)),
        url::Host::Ipv4(address) => Ok(Host::V4(address)),
        url::Host::Ipv6(address) => Ok(Host::V6(address)),
    }
}

/// A host of the web may contain `*`, `!` and more, which no resolver is ever asked for.
fn is_dns_name(name: &str) -> bool {
    const LONGEST: usize = 253;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    name.len() <= LONGEST && name.bytes().all(known)
}

fn parse_port(port: &str) -> Result<u16, UrlError> {
    if port.len() > 20 || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(UrlError::BadPort);
    }
    match port.parse() {
        Ok(0) | Err(_) => Err(UrlError::PortOutOfRange { port: port.to_owned() }),
        Ok(port) => Ok(port),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(text: &str) -> (Transport, String, u16, String) {
        let url = BrokerUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        (url.transport(), url.host().to_string(), url.port(), url.path().to_owned())
    }

    #[test]
    fn valid_urls_are_accepted() {
        use Transport::{Tcp, Tls, Ws, Wss};
        for (text, transport, host, port, path) in [
            ("mqtt://localhost", Tcp, "localhost", 1883, "/"),
            ("mqtts://url.com:1883", Tls, "url.com", 1883, "/"),
            ("  mqtt://Broker.Example:1884/ ", Tcp, "broker.example", 1884, "/"),
            ("tcp://10.0.0.1", Tcp, "10.0.0.1", 1883, "/"),
            ("ssl://b", Tls, "b", 8883, "/"),
            ("TLS://b", Tls, "b", 8883, "/"),
            ("ws://b/mqtt?x=1", Ws, "b", 80, "/mqtt?x=1"),
            ("wss://b", Wss, "b", 443, "/"),
            ("mqtt://[::1]:1885", Tcp, "::1", 1885, "/"),
            ("mqtts://[2001:db8::1]", Tls, "2001:db8::1", 8883, "/"),
            ("mqtt://bücher.example", Tcp, "xn--bcher-kva.example", 1883, "/"),
            ("mqtt://b:", Tcp, "b", 1883, "/"),
            ("mqtt://my_broker:1883", Tcp, "my_broker", 1883, "/"),
        ] {
            let expected = (transport, host.to_owned(), port, path.to_owned());
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn invalid_urls_are_refused_with_the_reason() {
        for (text, why) in [
            ("", UrlError::Empty),
            ("localhost:1883", UrlError::NoScheme),
            ("http://b", UrlError::UnknownScheme),
            ("mqtt://", UrlError::NoHost),
            ("mqtt://:1883", UrlError::NoHost),
            ("mqtt://u:p@b", UrlError::UserInfo),
            ("mqtt://u:p#w@b", UrlError::UserInfo),
            ("mqtt://u:99999/w@b", UrlError::UserInfo),
            ("mqtt://u:p/w@b", UrlError::UserInfo),
            ("mqtt://b#x", UrlError::Fragment),
            ("mqtt://b/topic", UrlError::UnexpectedPath),
            ("mqtt://b?x", UrlError::UnexpectedPath),
            ("mqtt://b:70000", UrlError::PortOutOfRange { port: "70000".into() }),
            ("mqtt://b:0", UrlError::PortOutOfRange { port: "0".into() }),
            ("mqtt://b:x", UrlError::BadPort),
            ("mqtt://b:+1", UrlError::BadPort),
            ("mqtt://[::1", UrlError::BadHost),
            ("mqtt://[::1]x", UrlError::BadHost),
            ("mqtt://::1", UrlError::BareIpv6 { meant: "mqtt://[::1]".into() }),
            ("mqtt://::1:1883", UrlError::BareIpv6 { meant: "mqtt://[::1]:1883".into() }),
            ("mqtt://::", UrlError::BareIpv6 { meant: "mqtt://[::]".into() }),
            ("ssl://2001:db8::1", UrlError::BareIpv6 { meant: "mqtts://[2001:db8::1]".into() }),
            (
                "mqtts://2001:DB8::1:8883/",
                UrlError::BareIpv6 { meant: "mqtts://[2001:db8::1]:8883".into() },
            ),
            (
                "wss://fe80::1:443/mqtt",
                UrlError::BareIpv6 { meant: "wss://[fe80::1]:443/mqtt".into() },
            ),
            ("ws://::1:8080/mqtt?t=s", UrlError::BareIpv6 { meant: "ws://[::1]:8080/mqtt".into() }),
            ("ws://::1/mqtt", UrlError::BareIpv6 { meant: "ws://[::1]/mqtt".into() }),
            ("mqtt://fe80::1%eth0:1883", UrlError::ZoneId),
            ("mqtt://fe80::1%eth0", UrlError::ZoneId),
            ("mqtt://[fe80::1%eth0]:1883", UrlError::ZoneId),
            ("wss://[fe80::1%25eth0]/mqtt", UrlError::ZoneId),
            ("mqtt://a%eth0:1883", UrlError::BadHost),
            (
                "mqtt://1:2:3:4:5:6:7:8:1883",
                UrlError::BareIpv6 { meant: "mqtt://[1:2:3:4:5:6:7:8]:1883".into() },
            ),
            (
                "mqtt://::ffff:10.0.0.1",
                UrlError::BareIpv6 { meant: "mqtt://[::ffff:10.0.0.1]".into() },
            ),
            ("mqtt://:::1883", UrlError::BareIpv6 { meant: "mqtt://[::]:1883".into() }),
            ("mqtt://a:b:c", UrlError::BadPort),
            ("mqtt://a b", UrlError::Whitespace),
            ("mqtt://a%00b", UrlError::BadHost),
            ("mqtt://a*", UrlError::BadHost),
            ("mqtt://a'b", UrlError::BadHost),
            ("mqtt://a{b}", UrlError::BadHost),
        ] {
            assert_eq!(BrokerUrl::parse(text), Err(why), "{text}");
        }
        assert_eq!(
            BrokerUrl::parse(&format!("mqtt://{}", "a".repeat(3_000))),
            Err(UrlError::TooManyBytes { max: BrokerUrl::MAX_BYTES })
        );
    }

    #[test]
    fn a_new_one_hides_nothing_and_an_old_one_is_shown_harmlessly() {
        let check = |text: &str| BrokerUrl::parse(text).expect("an old one").check_new();
        for hidden in ['\u{200b}', '\u{ad}', '\u{2060}', '\u{feff}', '\u{fe0f}'] {
            let url = format!("mqtt://bro{hidden}ker:1883");
            assert_eq!(parts(&url).1, "broker", "{url:?} looks like another name, and is this one");
            assert_eq!(
                check(&url),
                Err(UrlError::HiddenInHost { character: CodePoint(hidden) }),
                "{url:?}"
            );
        }
        for hidden in ['\u{202e}', '\u{2066}', '\u{200b}', '\u{2028}', '\u{fffe}', '\u{e0041}'] {
            for url in [format!("ws://b/mq{hidden}tt"), format!("wss://b/?x={hidden}y")] {
                if let Ok(old) = BrokerUrl::parse(&url) {
                    assert_eq!(
                        old.check_new(),
                        Err(UrlError::HiddenInPath {
                            character: CodePoint(hidden),
                            encoded: percent_encoded(hidden)
                        }),
                        "{url:?}"
                    );
                    assert!(!old.to_string().chars().any(text::misleads), "{old}");
                }
            }
        }
        let why = "the path contains U+202E, an invisible or direction-changing character; write it as %E2%80%AE, if it is meant";
        assert_eq!(check("ws://b/\u{202e}").expect_err("hides").to_string(), why);
        let why = "the host contains U+200B, an invisible or direction-changing character";
        assert_eq!(check("mqtt://b\u{200b}").expect_err("hides").to_string(), why);
        for fine in [
            "mqtt://bücher.example",
            "ws://b/%E2%80%AE?x=ü",
            "wss://b/می\u{200c}خواهم",
            "mqtt://[::1]",
        ] {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn a_host_has_one_canonical_form() {
        let canonical = |text| BrokerUrl::parse(text).expect("valid").host().canonical();
        for (one, other) in [
            ("mqtt://Broker.Example.", "mqtts://broker.example:1"),
            ("mqtt://[::ffff:10.0.0.1]", "mqtt://10.0.0.1"),
            ("mqtt://[2001:DB8:0::1]", "mqtt://[2001:db8::1]"),
        ] {
            assert_eq!(canonical(one), canonical(other), "{one}");
        }
        assert_ne!(canonical("mqtt://a.example"), canonical("mqtt://b.example"));
    }

    #[test]
    fn aliases_are_written_the_usual_way_and_the_rest_is_kept() {
        let url = BrokerUrl::parse(" tcp://Broker:1883 ").expect("valid");
        assert_eq!(url.as_str(), "mqtt://Broker:1883");
    }

    proptest! {
        #[test]
        fn any_text_parses_or_fails_and_round_trips(text in "\\PC{0,60}") {
            if let Ok(url) = BrokerUrl::parse(&text) {
                prop_assert_eq!(BrokerUrl::parse(url.as_str()), Ok(url));
            }
        }

        #[test]
        fn plausible_urls_read_back_the_same(
            scheme in "(mqtt|mqtts|ws|wss|tcp|ssl|tls|http)",
            host in "([a-z0-9.-]{1,20}|\\[[0-9a-f:]{2,20}\\]|[0-9.]{7,15})",
            port in proptest::option::of(0_u32..70_000),
            path in "(/[a-z?=&%0-9]{0,10})?",
        ) {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            if let Ok(url) = BrokerUrl::parse(&format!("{scheme}://{host}{port}{path}")) {
                prop_assert!(url.port() > 0);
                prop_assert_eq!(BrokerUrl::parse(url.as_str()), Ok(url));
            }
        }
    }
}
