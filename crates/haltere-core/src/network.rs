//! A range of IP addresses, in CIDR notation.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// All addresses that begin with the same bits (RFC 4632 §3.1): `10.0.0.0/8`, `2001:db8::/32`.
/// An address alone is the network of just that address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    /// The bits after the prefix are zero. Never an IPv4-mapped IPv6 address.
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no network; completes "`field`: …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// The part before the slash is not an IP address.
    #[error("{0:?} is not an IP address or a network such as 10.0.0.0/8")]
    Address(String),
    /// The part after the slash is not a valid prefix length.
    #[error("{text:?}: the length of the prefix must be a number from 0 to {max}")]
    Prefix {
        /// As given.
        text: String,
        /// 32 or 128.
        max: u8,
    },
    /// The address is one inside the network. Which of the two was meant is unknown.
    #[error(
        "{text:?} has bits set behind its prefix; write {network} for the network or leave out the prefix for the address"
    )]
    HostBits {
        /// As given.
        text: String,
        /// The network it is in.
        network: Network,
    },
}

impl Network {
    /// Whether the network contains `address`. An IPv4-mapped address (`::ffff:192.0.2.1`), which a
    /// dual-stack socket reports, counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address.to_canonical(), self.prefix) == Some(self.address)
    }

    /// The first address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits all its addresses share.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }
}

/// The address with all bits but the first `prefix` cleared; `None` when it has fewer.
fn masked(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    let spare = width(address).checked_sub(prefix)?;
    Some(match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(spare.into()).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(spare.into()).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    })
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (before, after) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = before.parse().map_err(|_| NetworkError::Address(text.to_owned()))?;
        let max = width(address);
        let prefix = match after {
            None => max,
            Some(digits) => Some(digits)
                .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|digits| digits.parse().ok())
                .filter(|prefix| *prefix <= max)
                .ok_or_else(|| NetworkError::Prefix { text: text.to_owned(), max })?,
        };
        let network = match (address, address.to_canonical()) {
            // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
            (IpAddr::V6(_), IpAddr::V4(inner)) if prefix >= 96 => {
                Self { address: inner.into(), prefix: prefix - 96 }
            }
            _ => Self { address, prefix },
        };
        let first = masked(network.address, network.prefix).unwrap_or(network.address);
        if first != network.address {
            let network = Self { address: first, prefix: network.prefix };
            return Err(NetworkError::HostBits { text: text.to_owned(), network });
        }
        Ok(network)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn has(text: &str, address: &str) -> bool {
        network(text).contains(address.parse().unwrap())
    }

    #[test]
    fn contains_compares_the_prefix() {
        assert!(has("10.0.0.0/8", "10.255.0.1") && !has("10.0.0.0/8", "11.0.0.0"));
        assert!(has("192.0.2.128/25", "192.0.2.128") && !has("192.0.2.128/25", "192.0.2.127"));
        assert!(has("192.0.2.1", "192.0.2.1") && !has("192.0.2.1", "192.0.2.2"));
        assert!(has("0.0.0.0/0", "255.255.255.255") && !has("0.0.0.0/0", "::1"));
        assert!(has("2001:db8::/32", "2001:db8:ffff::1") && !has("2001:db8::/32", "2001:db9::"));
        assert!(has("::1", "::1") && !has("::1", "::2"));
        assert!(has("::/0", "2001:db8::") && !has("::/0", "192.0.2.1"));
    }

    #[test]
    fn an_ipv4_address_is_the_same_in_ipv6_clothes() {
        assert!(has("10.0.0.0/8", "::ffff:10.1.2.3") && !has("10.0.0.0/8", "::ffff:11.0.0.0"));
        assert_eq!(network("::ffff:10.0.0.0/104"), network("10.0.0.0/8"));
        assert_eq!(network("::ffff:10.0.0.1"), network("10.0.0.1/32"));
    }

    #[test]
    fn invalid_networks_are_refused_with_the_reason() {
        for (text, why) in [
            ("", "\"\" is not an IP address"),
            ("localhost", "is not an IP address"),
            ("10.0.0/8", "is not an IP address"),
            ("010.0.0.1", "is not an IP address"),
            ("[::1]", "is not an IP address"),
            (" 10.0.0.1", "is not an IP address"),
            ("10.0.0.0/33", "from 0 to 32"),
            ("10.0.0.0/", "from 0 to 32"),
            ("10.0.0.0/+8", "from 0 to 32"),
            ("10.0.0.0/8/8", "from 0 to 32"),
            ("::/129", "from 0 to 128"),
            ("10.0.0.1/8", "write 10.0.0.0/8 for the network"),
            ("2001:db8::1/32", "write 2001:db8::/32"),
        ] {
            let refusal = text.parse::<Network>().unwrap_err().to_string();
            assert!(refusal.contains(why), "{text}: {refusal}");
        }
    }

    #[test]
    fn it_is_written_as_it_is_read() {
        for text in ["10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32", "0.0.0.0/0", "::/0"] {
            assert_eq!(network(text).to_string(), text);
        }
    }
}
