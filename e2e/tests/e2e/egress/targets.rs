//! Addresses that haltere must never dial, in every spelling we could think of.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use haltere_testkit::faulty::DnsAnswer;

/// A URL, and what has to become of it.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) url: String,
    pub(super) fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The policy does not let it be dialled.
    Denied,
    /// It is no URL of a broker.
    Invalid,
}

impl Fate {
    /// Status and code of a connection test.
    pub(super) fn tested(self) -> (u16, &'static str) {
        match self {
            Self::Denied => (200, super::DENIED),
            Self::Invalid => (400, "INVALID"),
        }
    }

    /// Status of a create.
    pub(super) fn created(self) -> u16 {
        match self {
            Self::Denied => 202,
            Self::Invalid => 400,
        }
    }
}

/// Metadata services, and examples of each kind.
const FORBIDDEN_V4: [[u8; 4]; 11] = [
    [169, 254, 169, 254],
    [169, 254, 170, 2],
    [169, 254, 42, 42],
    [169, 254, 0, 23],
    [100, 100, 100, 200],
    [168, 63, 129, 16],
    [192, 0, 0, 192],
    [0, 0, 0, 0],
    [224, 0, 0, 251],
    [240, 0, 0, 1],
    [255, 255, 255, 255],
];

const FORBIDDEN_V6: [&str; 20] = [
    "::",
    "fd00:ec2::254",
    "FD00:0EC2:0:0:0:0:0:254",
    "fd00:ec2::23",
    "fd00:ec2::253",
    "fd20:ce::254",
    "fd00:c1::a9fe:a9fe",
    "fd00:a9fe:a9fe::1",
    "fd00:42::42",
    "fd00:100::100:200",
    "fe80::1",
    "fe80::a9fe:a9fe",
    "febf:ffff::1",
    "ff02::1",
    "ff0e::1",
    "fec0::1",
    "100::1",
    "4000::1",
    "::2",
    "0:0:0:0:0:ffff:a9fe:a9fe",
];

/// Instead of a host, or around one, for a URL that some parsers take for another one.
const TRICKS: [&str; 25] = [
    "broker.example@169.254.169.254",
    "169.254.169.254:1883@broker.example",
    "user:secret@[fd00:ec2::254]",
    "broker.example\\@169.254.169.254",
    "broker.example#@169.254.169.254",
    "169.254.169.254#.broker.example",
    "169.254.169.254 .broker.example",
    "169.254.169.254%00.broker.example",
    "169.254.169.254%0d%0a.broker.example",
    "169.254.169.254%2f.broker.example",
    "169.254.169.254%40broker.example",
    "[169.254.169.254]",
    "[::ffff:169.254.169.254",
    "::ffff:169.254.169.254",
    "[fe80::1%lo]",
    "[fe80::1%25lo]",
    "[fe80::a9fe:a9fe%eth0]",
    "[::ffff:0251.0376.0251.0376]",
    "[::ffff:2852039166]",
    "[v1.169.254.169.254]",
    "425.510.425.510",
    "169.254.169.256",
    "0x1a9fea9fe",
    "1.169.254.169.254",
    "169..254.169.254",
];

/// All of them, at `port`, by every scheme in turn.
pub(super) fn targets(port: u16) -> Vec<Target> {
    let v4 = FORBIDDEN_V4.map(Ipv4Addr::from);
    let denied = v4
        .iter()
        .flat_map(|address| written_otherwise(*address))
        .chain(v4.iter().flat_map(|address| hidden_in_v6(*address)).map(bracketed))
        .chain(FORBIDDEN_V6.iter().map(bracketed))
        .chain(spelled_names());
    let denied = denied.map(|host| (host, Fate::Denied));
    let invalid = TRICKS.iter().map(|trick| ((*trick).to_owned(), Fate::Invalid));
    let schemes = ["mqtt", "ws", "mqtts", "wss", "tcp", "ssl"].iter().cycle();
    let all = denied.chain(invalid).zip(schemes);
    all.map(|((host, fate), scheme)| Target { url: format!("{scheme}://{host}:{port}"), fate })
        .collect()
}

fn bracketed(address: impl std::fmt::Display) -> String {
    format!("[{address}]")
}

/// The numbers that `inet_aton` and browsers take for this address.
fn written_otherwise(address: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = address.octets();
    let whole = address.to_bits();
    let wide = |text: &str| -> String {
        let wide = |digit: char| char::from_u32(u32::from(digit) - 0x30 + 0xFF10);
        text.chars().map(|c| if c == '.' { '。' } else { wide(c).unwrap_or(c) }).collect()
    };
    vec![
        address.to_string(),
        format!("{address}."),
        whole.to_string(),
        format!("{whole:#x}"),
        format!("0X{whole:08X}"),
        format!("0{whole:o}"),
        format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("000{a:o}.{b}.{c:#x}.{d}"),
        format!("{a}.{b}.{}", whole & 0xFFFF),
        format!("{a}.{}", whole & 0xFF_FFFF),
        format!("{a:#x}.{b}.0{:o}", whole & 0xFFFF),
        format!("{a}%2e{b}%2E{c}.{d}"),
        wide(&address.to_string()),
    ]
}

/// Every IPv6 address that means this one.
fn hidden_in_v6(address: Ipv4Addr) -> Vec<Ipv6Addr> {
    let whole = u128::from(address.to_bits());
    let (high, low) = (whole >> 16, whole & 0xFFFF);
    let nat64_local = 0x64_ff9b_0001_u128 << 80;
    [
        0xFFFF << 32 | whole,                                       // IPv4-mapped
        whole,                                                      // IPv4-compatible
        0xFFFF << 48 | whole,                                       // IPv4-translated
        0x64_ff9b << 96 | whole,                                    // NAT64
        nat64_local | whole,                                        // NAT64 for local use, /96
        nat64_local | high << 64 | low << 40,                       // the same, /48
        nat64_local | whole << 24,                                  // the same, /64
        0x2002 << 112 | whole << 80,                                // 6to4
        0x2002 << 112 | whole << 80 | 1,                            // 6to4, a host in there
        0x2001 << 112 | 0x0808_0808 << 64 | (!whole & 0xFFFF_FFFF), // Teredo, the client
        0x2001 << 112 | whole << 64 | 0xF7F7_F7F7,                  // Teredo, the server
        0x2001_0db8 << 96 | 0x5efe << 32 | whole,                   // ISATAP
        0x2001_0db8 << 96 | 0x0200_5efe << 32 | whole,              // ISATAP, global
    ]
    .map(Ipv6Addr::from_bits)
    .into()
}

/// Names whose addresses are all denied.
pub(super) fn names() -> Vec<(&'static str, DnsAnswer)> {
    let ips = |texts: &[&str]| -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().expect("an address")).collect()
    };
    let alias = |name: &str| DnsAnswer::Alias(name.to_owned());
    let many: Vec<IpAddr> = (1..17).map(|last| IpAddr::from([169, 254, 1, last])).collect();
    let mut names: Vec<_> = [
        ("meta.test", &["169.254.169.254"][..]),
        ("meta6.test", &["fd00:ec2::254"]),
        ("both.test", &["169.254.169.254", "fd00:ec2::254"]),
        ("mapped.test", &["::ffff:169.254.169.254"]),
        ("nat64.test", &["64:ff9b::a9fe:a9fe"]),
        ("sixtofour.test", &["2002:a9fe:a9fe::1"]),
        ("zero.test", &["0.0.0.0", "::"]),
        ("multicast.test", &["224.0.0.1", "ff02::1"]),
        ("linklocal.test", &["fe80::a9fe:a9fe"]),
        ("metadata.google.internal", &["169.254.169.254", "fd20:ce::254"]),
        ("169.254.169.254.nip.test", &["169.254.169.254"]),
        ("xn--bcher-kva.test", &["100.100.100.200"]),
    ]
    .map(|(name, texts)| (name, DnsAnswer::Addresses(ips(texts))))
    .into();
    names.extend([
        ("many.test", DnsAnswer::Addresses(many)),
        ("alias.test", alias("meta.test")),
        ("long.alias.test", alias("longer.alias.test")),
        ("longer.alias.test", alias("longest.alias.test")),
        ("longest.alias.test", alias("both.test")),
    ]);
    names
}

fn spelled_names() -> Vec<String> {
    let mut spelled: Vec<_> = names().into_iter().map(|(name, _)| name.to_owned()).collect();
    spelled.extend(names().into_iter().map(|(name, _)| format!("{name}.")));
    spelled.extend(
        ["META.Test", "m%65ta.test", "ｍｅｔａ.test", "meta。test", "bücher.test"]
            .map(str::to_owned),
    );
    spelled
}
