use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

fn policy(rules: &[&str]) -> EgressPolicy {
    let rules = rules.iter().map(|rule| rule.parse().expect("a rule")).collect();
    EgressPolicy { rules, own_listeners: Vec::new() }
}

fn allows(policy: &EgressPolicy, peer: &str) -> bool {
    policy.check(peer.parse().expect("an address")).is_ok()
}

#[test]
fn without_rules_brokers_are_allowed_and_metadata_is_denied() {
    let policy = policy(&[]);
    for peer in [
        "127.0.0.1:1883",
        "[::1]:1883",
        "10.0.0.1:1883",
        "192.168.1.1:22",
        "8.8.8.8:8883",
        "[fd00::1]:1883",
        "[2001:db8::1]:1883",
        "[::ffff:10.0.0.1]:1883",
        "[64:ff9b::8.8.8.8]:1883",
        "[2002:a00:1::1]:1883",
    ] {
        assert!(allows(&policy, peer), "{peer}");
    }
    for peer in [
        "169.254.169.254:80",
        "[::ffff:169.254.169.254]:80",
        "[64:ff9b::169.254.169.254]:80",
        "[64:ff9b:1::169.254.169.254]:80",
        "[2002:a9fe:a9fe::]:80",
        "[2001::5601:5601]:80",
        "[2001:db8::5efe:169.254.169.254]:80",
        "[::169.254.169.254]:80",
        "[fd00:ec2::254]:80",
        "[fe80::1]:1883",
        "0.0.0.0:1883",
        "[::]:1883",
        "[::ffff:0.0.0.0]:1883",
        "224.0.0.1:1883",
        "255.255.255.255:1883",
        "100.100.100.200:80",
        "168.63.129.16:32526",
    ] {
        assert!(!allows(&policy, peer), "{peer}");
    }
}

#[test]
fn the_first_rule_that_matches_wins() {
    let policy = policy(&[
        "allow 10.20.0.0/16 port 1883",
        "deny 10.0.0.0/8",
        "allow 169.254.7.7 port 8883-8884",
        "deny all port 1-1023",
    ]);
    for (peer, allowed) in [
        ("10.20.1.1:1883", true),
        ("10.20.1.1:1884", false),
        ("10.21.1.1:1883", false),
        ("[::ffff:10.20.1.1]:1883", true),
        ("[::ffff:10.21.1.1]:1883", false),
        ("169.254.7.7:8883", true),
        ("169.254.7.7:8885", false),
        ("169.254.7.8:8883", false),
        ("192.0.2.1:1023", false),
        ("192.0.2.1:1024", true),
        ("[2001:db8::1]:80", false),
        // The address and the embedded one must both be allowed.
        ("[64:ff9b::10.20.1.1]:1883", true),
        ("[64:ff9b::10.21.1.1]:1883", false),
    ] {
        assert_eq!(allows(&policy, peer), allowed, "{peer}");
    }
}

#[test]
fn an_allow_list_with_deny_all_denies_everything_else() {
    let policy = policy(&["allow 10.0.0.5", "deny all"]);
    assert!(allows(&policy, "10.0.0.5:1883"));
    assert!(allows(&policy, "[::ffff:10.0.0.5]:1883"));
    for peer in ["10.0.0.6:1883", "[::1]:1883", "[64:ff9b::10.0.0.5]:1883", "[::10.0.0.5]:1883"] {
        assert!(!allows(&policy, peer), "{peer}");
    }
}

#[test]
fn no_rule_allows_own_listeners() {
    let mut policy = policy(&["allow all"]);
    policy.own_listeners = vec!["127.0.0.1:8088".parse().expect("valid")];
    assert!(allows(&policy, "127.0.0.1:8089"));
    assert!(allows(&policy, "169.254.169.254:8088"));
    for peer in [
        "127.0.0.1:8088",
        "0.0.0.0:8088",
        "[::ffff:127.0.0.1]:8088",
        "[::]:8088",
        "[64:ff9b::127.0.0.1]:8088",
        "[2002:7f00:1::]:8088",
        "[::127.0.0.1]:8088",
    ] {
        let checked = policy.check(peer.parse().expect("an address"));
        assert_eq!(checked, Err(Denial::Own), "{peer}");
    }
}

#[test]
fn a_denial_names_the_rule_and_the_address_and_is_counted() {
    let egress = Egress::new(policy(&["allow 10.0.0.0/8", "deny 2002::/16 port 1883"]));
    let refusal = |peer: &str| egress.check(peer.parse().expect("valid")).err().expect("refused");
    let metadata = refusal("[2002:a9fe:a9fe::1]:80");
    assert_eq!(metadata.code.as_str(), "ERR_EGRESS_DENIED");
    assert_eq!((metadata.syscall.as_deref(), metadata.errno), (Some("connect"), None));
    assert_eq!(metadata.address.as_deref(), Some("2002:a9fe:a9fe::1"));
    assert_eq!(metadata.port, Some(80));
    for word in ["[2002:a9fe:a9fe::1]:80", "169.254.169.254", "link-local", "egress.rules"] {
        assert!(metadata.message.to_string().contains(word), "{}", metadata.message);
    }
    let by_rule = refusal("[2002:a00:1::1]:1883").message.to_string();
    assert!(by_rule.contains(r#"egress.rules[1], "deny 2002::/16 port 1883""#), "{by_rule}");
    assert!(egress.check("10.0.0.1:1883".parse().expect("valid")).is_ok());
    assert_eq!(egress.denied_count(), 2);
}

/// Any address, special ones more often.
fn any_address() -> impl Strategy<Value = IpAddr> {
    let special = prop_oneof![
        Just(Ipv4Addr::new(169, 254, 169, 254)),
        Just(Ipv4Addr::LOCALHOST),
        Just(Ipv4Addr::UNSPECIFIED),
        any::<u32>().prop_map(Ipv4Addr::from_bits),
    ];
    let prefix = prop_oneof![
        Just(0_u128),
        Just(0xffff << 32),
        Just(0x64_ff9b << 96),
        Just(0x64_ff9b_0001 << 80),
        Just(0xfe80 << 112),
        any::<u128>(),
    ];
    (special, prefix, any::<bool>()).prop_map(|(v4, prefix, wrapped)| {
        if wrapped {
            Ipv6Addr::from_bits(prefix | u128::from(v4.to_bits())).into()
        } else {
            v4.into()
        }
    })
}

proptest! {
    #[test]
    fn an_allowed_address_is_denied_in_no_form(ip in any_address(), port: u16) {
        let policy = policy(&[]);
        if policy.check(SocketAddr::new(ip, port)).is_ok() {
            for form in forms::forms(ip) {
                prop_assert_eq!(defaults::denied(form), None);
            }
        }
    }

    #[test]
    fn deny_all_denies_every_address(ip in any_address(), port in 1_u16..) {
        let policy = policy(&["deny all"]);
        prop_assert!(policy.check(SocketAddr::new(ip, port)).is_err());
    }

    #[test]
    fn a_mapped_address_is_checked_as_ipv4(bits: u32, port in 1_u16..) {
        let policy = policy(&["deny 10.0.0.0/8", "allow 169.254.0.0/16 port 1883", "deny ::/0"]);
        let v4 = Ipv4Addr::from_bits(bits);
        let plain = policy.check(SocketAddr::new(v4.into(), port)).is_ok();
        let mapped = policy.check(SocketAddr::new(v4.to_ipv6_mapped().into(), port)).is_ok();
        prop_assert_eq!(plain, mapped);
    }
}
