use proptest::prelude::*;

use super::*;

const XFF: &str = "x-forwarded-for";

fn proxies(header: ForwardedHeader) -> TrustedProxies {
    let trusted = ["127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32"];
    TrustedProxies::new(trusted.map(|text| text.parse().expect("a network")), header)
}

fn headers(given: &[(&'static str, &str)]) -> HeaderMap {
    let parsed = given.iter().map(|(name, value)| {
        let value = http::HeaderValue::from_bytes(value.as_bytes()).expect("a value");
        (HeaderName::from_static(name), value)
    });
    let mut headers = HeaderMap::new();
    for (name, value) in parsed {
        headers.append(name, value);
    }
    headers
}

fn forwarded_info(
    header: ForwardedHeader,
    peer: &str,
    given: &[(&'static str, &str)],
) -> ForwardedInfo {
    proxies(header).forwarded_info(peer.parse().expect("an address"), &headers(given))
}

fn x(peer: &str, given: &[(&'static str, &str)]) -> ForwardedInfo {
    forwarded_info(ForwardedHeader::XForwarded, peer, given)
}

fn forwarded(value: &str) -> ForwardedInfo {
    forwarded_info(ForwardedHeader::Forwarded, "127.0.0.1", &[("forwarded", value)])
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what may be absent")]
fn address(text: &str) -> Option<IpAddr> {
    Some(text.parse().expect("an address"))
}

#[test]
fn only_configured_proxies_are_trusted() {
    let claims = [
        (XFF, "192.0.2.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "public.example"),
        ("forwarded", "for=192.0.2.1;proto=https;host=public.example"),
    ];
    for header in [ForwardedHeader::XForwarded, ForwardedHeader::Forwarded] {
        assert_eq!(forwarded_info(header, "198.51.100.1", &claims), ForwardedInfo::default());
        assert_eq!(forwarded_info(header, "127.0.0.2", &claims), ForwardedInfo::default());
        let trusted = ForwardedInfo {
            address: address("192.0.2.1"),
            is_secure: Some(true),
            host: Some("public.example".to_owned()),
        };
        assert_eq!(forwarded_info(header, "127.0.0.1", &claims), trusted);
        assert_eq!(forwarded_info(header, "::ffff:127.0.0.1", &claims), trusted);
        let none = TrustedProxies::default();
        assert_eq!(
            none.forwarded_info("127.0.0.1".parse().unwrap(), &headers(&claims)),
            ForwardedInfo::default()
        );
    }
    // The form that was not chosen may come from the client.
    assert_eq!(x("127.0.0.1", &claims[3..]), ForwardedInfo::default());
    assert_eq!(
        forwarded_info(ForwardedHeader::Forwarded, "127.0.0.1", &claims[..3]),
        ForwardedInfo::default()
    );
}

#[test]
fn the_client_is_the_last_address_that_is_no_proxy() {
    for (value, client) in [
        ("192.0.2.1", Some("192.0.2.1")),
        ("192.0.2.9, 192.0.2.1", Some("192.0.2.1")),
        ("192.0.2.1,10.1.1.1 , 10.2.2.2", Some("192.0.2.1")),
        ("192.0.2.9, 192.0.2.1, 10.1.1.1", Some("192.0.2.1")),
        ("10.3.3.3, 10.1.1.1", Some("10.3.3.3")),
        ("garbage, 192.0.2.1", Some("192.0.2.1")),
        ("\u{fe}\u{ff}\u{80}, 192.0.2.1", Some("192.0.2.1")),
        ("\", 192.0.2.1", Some("192.0.2.1")),
        ("192.0.2.1:4711", Some("192.0.2.1")),
        ("2001:db9::1", Some("2001:db9::1")),
        ("[2001:db9::1]", Some("2001:db9::1")),
        ("[2001:db9::1]:4711", Some("2001:db9::1")),
        ("::ffff:192.0.2.1", Some("192.0.2.1")),
        ("::ffff:10.0.0.1", Some("10.0.0.1")),
        ("192.0.2.1, garbage", None),
        ("192.0.2.1,", None),
        ("192.0.2.1, unknown, 10.0.0.1", None),
        ("192.0.2.256", None),
        ("", None),
    ] {
        assert_eq!(x("127.0.0.1", &[(XFF, value)]).address, client.and_then(address), "{value}");
    }
    let two = [(XFF, "192.0.2.9, 192.0.2.1"), (XFF, "10.1.1.1")];
    assert_eq!(x("127.0.0.1", &two).address, address("192.0.2.1"));
}

#[test]
fn entries_that_a_client_prepends_may_have_any_length() {
    let long = format!("{}, 192.0.2.1", "127.0.0.1, ".repeat(5_000) + &"x".repeat(50_000));
    assert_eq!(x("127.0.0.1", &[(XFF, &long)]).address, address("192.0.2.1"));
    let endless = "10.0.0.1, ".repeat(1_000) + "10.0.0.2";
    assert_eq!(x("127.0.0.1", &[(XFF, &endless)]).address, address("10.0.0.1"));
    let fat = "x".repeat(MAX_ENTRY + 1);
    assert_eq!(x("127.0.0.1", &[(XFF, &fat)]).address, None);
}

#[test]
fn scheme_and_host_are_those_of_the_nearest_proxy_and_invalid_ones_count_as_none() {
    let info = x("127.0.0.1", &[("x-forwarded-proto", "http, HTTPS")]);
    assert_eq!(info.is_secure, Some(true));
    for odd in ["", "ftp", "https;", "https, x"] {
        let info = x("127.0.0.1", &[("x-forwarded-proto", odd), (XFF, "192.0.2.1")]);
        assert_eq!((info.is_secure, info.address), (None, address("192.0.2.1")), "{odd}");
    }
    for (given, host) in [
        ("Public.example:8443", Some("public.example:8443")),
        ("a.example, b.example", Some("b.example")),
        ("[2001:db8::1]", Some("[2001:db8::1]")),
        ("me@public.example", None),
        ("public.example/x", None),
        ("a b", None),
    ] {
        let info = x("127.0.0.1", &[("x-forwarded-host", given)]);
        assert_eq!(info.host.as_deref(), host, "{given}");
    }
}

#[test]
fn forwarded_is_parsed_as_rfc_7239_says() {
    let one =
        forwarded("For=\"[2001:db9::1]:4711\";Proto=HTTPS ; host=\"Public.example:8443\";by=_a");
    assert_eq!(one.address, address("2001:db9::1"));
    assert_eq!(one.is_secure, Some(true));
    assert_eq!(one.host.as_deref(), Some("public.example:8443"));
    let chain = forwarded(
        "for=192.0.2.9;proto=http, for=192.0.2.1;proto=https;host=outer, for=10.0.0.1;proto=http",
    );
    assert_eq!((chain.address, chain.is_secure), (address("192.0.2.1"), Some(true)));
    assert_eq!(chain.host.as_deref(), Some("outer"), "all of it from the same proxy");
    let quoted = forwarded("for=192.0.2.9, for=192.0.2.1;x=\"a,b\\\",c\"");
    assert_eq!(quoted.address, address("192.0.2.1"));
    let host = forwarded("for=192.0.2.1;host=\"/,;\\\"\"");
    assert_eq!((host.address, host.host), (address("192.0.2.1"), None));
}

#[test]
fn entries_that_a_client_prepends_hide_nothing() {
    for front in ["for=\"x", "\"", "for=192.0.2.9;x=\"\\", "\\\"", ";;;=", "for=127.0.0.1;x=\""] {
        let info = forwarded(&format!("{front}, for=192.0.2.1;proto=https"));
        assert_eq!((info.address, info.is_secure), (address("192.0.2.1"), Some(true)), "{front}");
        let info = forwarded(&format!("{front}, for=\"192.0.2.1:80\";by=\"_x,y\""));
        assert_eq!(info.address, address("192.0.2.1"), "{front}");
    }
}

#[test]
fn an_invalid_element_counts_as_absent() {
    for odd in [
        "",
        "for",
        "for=",
        "proto=https",
        "for=unknown",
        "for=_hidden;proto=https",
        "for=192.0.2.1;for=192.0.2.2",
        "for=192.0.2.1 proto=https",
        "for=\"192.0.2.1",
        "for=192.0.2.1;",
        "for=192.0.2.1;proto",
        "for=192.0.2.1, for=10.0.0.1, for=x",
    ] {
        assert_eq!(forwarded(odd), ForwardedInfo::default(), "{odd}");
    }
}

proptest! {
    #[test]
    fn our_own_proxy_is_trusted_whatever_a_client_sends(front in "\\PC{0,40}") {
        let given = format!("{front}, 192.0.2.1");
        prop_assert_eq!(x("127.0.0.1", &[(XFF, &given)]).address, address("192.0.2.1"));
        let given = format!("{front}, for=192.0.2.1;proto=https");
        prop_assert_eq!(forwarded(&given).address, address("192.0.2.1"));
    }
}
