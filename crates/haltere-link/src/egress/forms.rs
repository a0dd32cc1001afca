//! The IPv4 addresses embedded in an IPv6 address.
//!
//! IPv6 can embed an IPv4 address in many forms, and a router, a tunnel or the kernel may translate it.
//! All of them are addresses that a dial can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Every address that a dial of `address` can reach: itself first, then the embedded IPv4 addresses. An
/// IPv4-mapped address is dialled as IPv4 (RFC 3493, 3.7), so it has only that form.
pub(super) fn forms(address: IpAddr) -> Vec<IpAddr> {
    let mut forms = vec![address.to_canonical()];
    if let IpAddr::V6(v6) = forms[0] {
        forms.extend(embedded(v6).into_iter().map(IpAddr::V4));
    }
    forms
}

fn embedded(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let octets = address.octets();
    let take = |at: usize| Ipv4Addr::from(std::array::from_fn::<u8, 4, _>(|i| octets[at + i]));
    match address.segments() {
        // Unspecified and loopback, which look like IPv4-compatible addresses.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Vec::new(),
        // IPv4-compatible (RFC 4291, 2.5.5.1), IPv4-translated (RFC 2765, 2.1), and NAT64 with the
        // well-known prefix (RFC 6052, 2.1).
        [0, 0, 0, 0, 0 | 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            vec![take(12)]
        }
        [0x64, 0xff9b, 1, ..] => local_nat64(octets),
        // 6to4 (RFC 3056, 2).
        [0x2002, ..] => vec![take(2)],
        // Teredo (RFC 4380, 4): the relay's server, and the client, whose bits are inverted.
        [0x2001, 0, ..] => vec![take(4), Ipv4Addr::from_bits(!take(12).to_bits())],
        // ISATAP (RFC 5214, 6.1), with any prefix.
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => vec![take(12)],
        _ => Vec::new(),
    }
}

/// NAT64 with the prefix for local use (RFC 8215). The length of the operator's prefix is unknown, so
/// IPv4 is read at each possible position (RFC 6052, 2.2). What reads as 0.x.y.z or x.0.0.0 is padding,
/// not a host.
fn local_nat64(octets: [u8; 16]) -> Vec<Ipv4Addr> {
    // Octet 8 is reserved and skipped.
    let positions = [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], [12, 13, 14, 15]];
    let found: Vec<_> = positions
        .into_iter()
        .map(|position| Ipv4Addr::from(position.map(|octet: usize| octets[octet])))
        .filter(|address| !matches!(address.octets(), [0, ..] | [_, 0, 0, 0]))
        .collect();
    if found.is_empty() { vec![Ipv4Addr::UNSPECIFIED] } else { found }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The forms after the first, as text.
    fn embedded_in(address: &str) -> String {
        let forms = forms(address.parse().expect("an address"));
        forms[1..].iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_form_of_an_embedded_ipv4_address_is_found() {
        for (written, found) in [
            ("::169.254.169.254", "169.254.169.254"),
            ("::ffff:0:169.254.169.254", "169.254.169.254"),
            ("64:ff9b::a9fe:a9fe", "169.254.169.254"),
            ("64:ff9b:1::a9fe:a9fe", "169.254.169.254"),
            // The same with prefixes of 48, 56 and 64 bits.
            ("64:ff9b:1:a9fe:a9:fe00::", "169.254.169.254 254.169.254.0 169.254.0.0"),
            ("64:ff9b:1:a9:fe:a9fe::", "169.254.169.254 254.169.254.0"),
            ("64:ff9b:1:0:a9:fea9:fe00:0", "169.254.169.254"),
            ("64:ff9b:1::1", "0.0.0.0"),
            ("2002:a9fe:a9fe::1", "169.254.169.254"),
            ("2001:0:4136:e378:8000:63bf:5601:5601", "65.54.227.120 169.254.169.254"),
            ("2001:db8::5efe:a9fe:a9fe", "169.254.169.254"),
            ("fe80::200:5efe:169.254.169.254", "169.254.169.254"),
        ] {
            assert_eq!(embedded_in(written), found, "{written}");
        }
    }

    #[test]
    fn mapped_addresses_are_ipv4_and_most_addresses_embed_none() {
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().expect("valid");
        assert_eq!(forms(mapped), [IpAddr::from([10, 0, 0, 1])]);
        for plain in ["::", "::1", "2001:db8::1", "fd00:ec2::254", "fe80::1", "10.0.0.1"] {
            assert_eq!(embedded_in(plain), "", "{plain}");
        }
    }

    proptest! {
        #[test]
        fn any_embedded_address_is_found(v4: u32, prefix in 0_usize..7) {
            let wrapped = u128::from(v4);
            let bits = match prefix {
                0 => 0xffff << 32 | wrapped,
                1 => wrapped,
                2 => 0x64_ff9b << 96 | wrapped,
                3 => 0x64_ff9b_0001 << 80 | wrapped,
                4 => 0x2002 << 112 | wrapped << 80 | 1,
                5 => 0x2001 << 112 | u128::from(!v4),
                _ => 0x2001_0db8 << 96 | 0x5efe << 32 | wrapped,
            };
            let v4 = Ipv4Addr::from_bits(v4);
            // In local NAT64 that is padding.
            prop_assume!(!matches!(v4.octets(), [0, ..] | [_, 0, 0, 0]));
            prop_assert!(forms(Ipv6Addr::from_bits(bits).into()).contains(&v4.into()));
        }
    }
}
