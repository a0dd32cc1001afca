//! The addresses that no broker has: denied unless a rule allows them.

use std::net::IpAddr;
use std::sync::LazyLock;

use haltere_core::{Network, SpecialNetwork};

/// The first match gives the reason. Metadata addresses are from the documentation of the clouds and of
/// cloud-init, the others from IANA's registries of special-purpose addresses.
static DENIED: LazyLock<Vec<(Network, SpecialNetwork)>> = LazyLock::new(|| {
    use SpecialNetwork::{Broadcast, LinkLocal, Metadata, Multicast, Reserved, Unspecified};
    let table = [
        ("100.100.100.200/32", Metadata),     // Alibaba
        ("fd00:100::100:200/128", Metadata),  // Alibaba
        ("168.63.129.16/32", Metadata),       // Azure's wire server
        ("192.0.0.192/32", Metadata),         // Oracle, classic
        ("fd00:c1::a9fe:a9fe/128", Metadata), // Oracle
        ("fd00:ec2::/32", Metadata),          // AWS: metadata at ::254, pod identity at ::23
        ("fd20:ce::254/128", Metadata),       // Google
        ("fd00:a9fe:a9fe::1/128", Metadata),  // Akamai (Linode)
        ("fd00:42::42/128", Metadata),        // Scaleway
        ("169.254.0.0/16", LinkLocal),
        ("fe80::/10", LinkLocal),
        ("224.0.0.0/4", Multicast),
        ("ff00::/8", Multicast),
        ("255.255.255.255/32", Broadcast),
        ("0.0.0.0/8", Unspecified),
        ("::/128", Unspecified),
        ("240.0.0.0/4", Reserved),
        ("192.0.0.0/24", Reserved),
    ];
    table.into_iter().map(|(network, why)| (parse(network), why)).collect()
});

/// The parts of IPv6 that are in use for unicast; the rest is reserved. For NAT64 the embedded address is
/// checked as well.
static IN_USE: LazyLock<Vec<Network>> = LazyLock::new(|| {
    ["2000::/3", "fc00::/7", "::1/128", "64:ff9b::/96", "64:ff9b:1::/48"].map(parse).into()
});

/// Why `address` is denied if no rule matches it: metadata services give credentials to any client within the cloud,
/// and Linux connects an unspecified address to this machine, which has addresses of its own. Ignores embedded
/// addresses.
pub(super) fn denied(address: IpAddr) -> Option<SpecialNetwork> {
    let denied = DENIED.iter().find(|(network, _)| network.contains(address));
    denied.map(|(_, why)| *why).or_else(|| {
        let reserved = address.is_ipv6() && !IN_USE.iter().any(|it| it.contains(address));
        reserved.then_some(SpecialNetwork::Reserved)
    })
}

fn parse(network: &str) -> Network {
    network.parse().expect("the tables hold networks")
}

#[cfg(test)]
mod tests {
    use super::SpecialNetwork::{Broadcast, LinkLocal, Metadata, Multicast, Reserved, Unspecified};
    use super::*;

    #[test]
    fn the_table() {
        for (why, addresses) in [
            (
                Some(Metadata),
                "100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254 fd00:ec2::23 fd20:ce::254 \
                 fd00:c1::a9fe:a9fe fd00:a9fe:a9fe::1 fd00:42::42 fd00:100::100:200",
            ),
            (
                Some(LinkLocal),
                "169.254.169.254 169.254.0.0 169.254.255.255 169.254.170.2 fe80::1 febf::1 \
                 fe80::a9fe:a9fe",
            ),
            (Some(Multicast), "224.0.0.0 239.255.255.255 ff00:: ff02::1 ffff::1"),
            (Some(Broadcast), "255.255.255.255"),
            (Some(Unspecified), "0.0.0.0 0.0.0.1 0.255.255.255 ::"),
            (
                Some(Reserved),
                "240.0.0.0 255.255.255.254 192.0.0.1 ::2 ::127.0.0.1 100::1 fec0::1 4000::1 5f00::1 \
                 64:ff9b:2::1 ::ffff:0:1.2.3.4",
            ),
            (
                None,
                "127.0.0.1 127.255.255.255 ::1 10.0.0.1 172.16.0.1 192.168.0.1 100.64.0.1 \
                 100.100.100.199 168.63.129.15 1.1.1.1 8.8.8.8 169.253.255.255 169.255.0.0 \
                 223.255.255.255 192.0.1.0 192.0.2.1 198.18.0.1 2001:db8::1 2606:4700::1111 fd00::1 \
                 fd20:ce::253 fc00::1 64:ff9b::1.1.1.1 64:ff9b:1::1.1.1.1 2002::1 2001::1",
            ),
        ] {
            for address in addresses.split_whitespace() {
                assert_eq!(denied(address.parse().expect("an address")), why, "{address}");
            }
        }
    }
}
