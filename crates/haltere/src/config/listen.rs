//! Where to listen, in the ways people write it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context as _, bail};

/// Reads an address with a port. A port alone is one of this machine only, as the default is;
/// `localhost` is 127.0.0.1; `:8088` and `*:8088` are all addresses, IPv6 and IPv4.
pub(super) fn parse(text: &str) -> anyhow::Result<SocketAddr> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    if let Some(port) = port(text) {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    if let Some(whole) = with_port(text) {
        bail!("{text:?} has no port; write {whole}");
    }
    if text.contains("://") {
        bail!("{text:?} is a URL; write the address and the port alone, as in 127.0.0.1:8088");
    }
    let malformed = || {
        format!(
            "{text:?} is no address with a port, as in 127.0.0.1:8088, [::1]:8088, localhost:8088 or :8088"
        )
    };
    let (host, digits) = text.rsplit_once(':').with_context(malformed)?;
    let port = port(digits).with_context(malformed)?;
    match host {
        "" | "*" => Ok((Ipv6Addr::UNSPECIFIED, port).into()),
        host if host.eq_ignore_ascii_case("localhost") => Ok((Ipv4Addr::LOCALHOST, port).into()),
        host if is_name(host) => bail!(
            "{text:?} is a name, and names are not looked up here; write an address and a port, as in 0.0.0.0:8088, or localhost:8088"
        ),
        _ => bail!(malformed()),
    }
}

fn port(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// What to write for an address alone. What is meant by `::1:8088` is an address of its own.
fn with_port(text: &str) -> Option<String> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    Some(match bare.parse().ok()? {
        IpAddr::V4(address) => format!("{address}:8088"),
        IpAddr::V6(_) => match bare.rsplit_once(':') {
            Some((front, last)) if front.parse::<Ipv6Addr>().is_ok() && last.len() > 1 => {
                format!("[{front}]:{last}")
            }
            _ => format!("[{bare}]:8088"),
        },
    })
}

fn is_name(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
        && host.parse::<Ipv4Addr>().is_err()
        && host.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_people_write_them() {
        for (text, address) in [
            ("127.0.0.1:8088", "127.0.0.1:8088"),
            ("[::1]:0", "[::1]:0"),
            (" 0.0.0.0:443 ", "0.0.0.0:443"),
            ("8088", "127.0.0.1:8088"),
            ("0", "127.0.0.1:0"),
            ("localhost:8088", "127.0.0.1:8088"),
            ("LocalHost:1", "127.0.0.1:1"),
            (":8088", "[::]:8088"),
            ("*:8088", "[::]:8088"),
        ] {
            assert_eq!(parse(text).expect(text).to_string(), address, "{text:?}");
        }
    }

    #[test]
    fn invalid_addresses_are_refused_with_a_suggestion() {
        for (text, why) in [
            ("0.0.0.0", "write 0.0.0.0:8088"),
            ("::1", "write [::1]:8088"),
            ("[::1]", "write [::1]:8088"),
            ("::1:8088", "write [::1]:8088"),
            ("::", "write [::]:8088"),
            ("http://127.0.0.1:8088", "is a URL"),
            ("myhost:8088", "names are not looked up"),
            ("haltere.example.org:8088", "names are not looked up"),
            ("localhost", "is no address with a port"),
            ("localhost:", "is no address with a port"),
            ("localhost:70000", "is no address with a port"),
            ("localhost:+1", "is no address with a port"),
            ("70000", "is no address with a port"),
            ("127.0.0.1:70000", "is no address with a port"),
            ("", "is no address with a port"),
            (":", "is no address with a port"),
            ("a b:1", "is no address with a port"),
        ] {
            let refusal = parse(text).expect_err(text).to_string();
            assert!(refusal.contains(why), "{text:?}: {refusal}");
        }
    }
}
