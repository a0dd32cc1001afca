//! Tokens that must not be believed.

use haltere_core::Timestamp;
use haltere_testkit::oidc::{SigningKey, signed_with_secret, unsigned};
use serde_json::{Value, json};

use crate::jws::TokenFault;
use crate::*;

const ISSUER: &str = "https://id.example.org";
const NOW: i64 = 1_800_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("a time")
}

fn metadata() -> ProviderMetadata {
    let document = json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://id.example.org/authorize",
        "token_endpoint": "https://id.example.org/token",
        "jwks_uri": "https://id.example.org/keys",
        "authorization_response_iss_parameter_supported": true,
    });
    ProviderMetadata::parse(document.to_string().as_bytes(), ISSUER).expect("good")
}

fn keys(keys: &[&SigningKey]) -> KeySet {
    let keys: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).expect("a key set")
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "haltere", "sub": "248289761001", "nonce": "n-0S6", "iat": NOW, "exp": NOW + 300,
        "sid": "s-1", "preferred_username": "ann",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().expect("an object").remove(name);
    claims
}

fn verify(token: &str, keys: &KeySet) -> Result<IdToken, TokenFault> {
    let expected =
        Expected { client_id: "haltere", nonce: "n-0S6", access_token: Some("access"), now: now() };
    IdToken::verify(token, &metadata(), keys, expected)
}

#[test]
fn a_token_of_the_provider_is_believed() {
    for key in [SigningKey::ec("a"), SigningKey::rsa("a")] {
        let keys = keys(&[&SigningKey::ec("b"), &key]);
        let token = verify(&key.sign(&key.header(), &claims()), &keys).expect("believed");
        assert_eq!(token.subject, "248289761001");
        assert_eq!(token.provider_session.as_deref(), Some("s-1"));
        assert_eq!(token.claims.text("preferred_username"), Some("ann"));
        // Without a key id, all keys are tried.
        let header = json!({"alg": key.algorithm()});
        assert!(verify(&key.sign(&header, &claims()), &keys).is_ok());
    }
}

#[test]
fn claims_that_are_good_enough() {
    let key = SigningKey::ec("a");
    let keys = keys(&[&key]);
    for claims in [
        with("aud", json!(["haltere"])),
        with("azp", json!("haltere")),
        // Clocks differ.
        with("exp", json!(NOW - 30)),
        with("iat", json!(NOW + 30)),
        with("exp", json!(1_800_000_100.5)),
        // The left half of the SHA-256 of "access".
        with("at_hash", json!("oFYf1knNtrqnhAVfBRuteQ")),
    ] {
        let outcome = verify(&key.sign(&key.header(), &claims), &keys);
        assert!(outcome.is_ok(), "{claims}: {outcome:?}");
    }
    let mut several = with("aud", json!(["haltere", "other"]));
    several["azp"] = json!("haltere");
    assert!(verify(&key.sign(&key.header(), &several), &keys).is_ok());
}

#[test]
fn hostile_claims() {
    let key = SigningKey::ec("a");
    let keys = keys(&[&key]);
    for (claims, fault) in [
        (with("iss", json!("https://id.example.org/")), TokenFault::Issuer),
        (with("iss", json!("https://evil.example.org")), TokenFault::Issuer),
        (with("iss", json!([ISSUER])), TokenFault::Issuer),
        (without("iss"), TokenFault::Issuer),
        (with("aud", json!("other")), TokenFault::Audience),
        (with("aud", json!("haltere2")), TokenFault::Audience),
        (with("aud", json!([])), TokenFault::Audience),
        (with("aud", json!(["haltere", 7])), TokenFault::Audience),
        // Made for another client, which is the authorized party, or for none.
        (with("aud", json!(["haltere", "other"])), TokenFault::Audience),
        (with("azp", json!("other")), TokenFault::Audience),
        (with("azp", json!(7)), TokenFault::Audience),
        (without("aud"), TokenFault::Audience),
        (with("exp", json!(NOW - 61)), TokenFault::Time),
        (with("exp", json!("2099-01-01")), TokenFault::Time),
        (without("exp"), TokenFault::Time),
        (with("iat", json!(NOW + 61)), TokenFault::Time),
        (with("iat", json!(NOW - 601)), TokenFault::Time),
        (without("iat"), TokenFault::Time),
        (with("nbf", json!(NOW + 61)), TokenFault::Time),
        (with("iat", json!(i64::MAX)), TokenFault::Time),
        (with("iat", json!(i64::MIN)), TokenFault::Time),
        (with("nonce", json!("another")), TokenFault::Nonce),
        (with("nonce", json!(null)), TokenFault::Nonce),
        (without("nonce"), TokenFault::Nonce),
        (with("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")), TokenFault::AccessToken),
        (with("at_hash", json!(7)), TokenFault::AccessToken),
        (with("sub", json!("")), TokenFault::Subject),
        (with("sub", json!("x".repeat(256))), TokenFault::Subject),
        (with("sub", json!("a\u{202e}b")), TokenFault::Subject),
        (with("sub", json!(7)), TokenFault::Subject),
        (without("sub"), TokenFault::Subject),
    ] {
        let token = key.sign(&key.header(), &claims);
        assert_eq!(verify(&token, &keys).err(), Some(fault), "{claims}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn hostile_signatures() {
    let (rsa, ec, other) = (SigningKey::rsa("a"), SigningKey::ec("b"), SigningKey::ec("b"));
    let keys = keys(&[&rsa, &ec]);
    let good = ec.sign(&ec.header(), &claims());
    assert!(verify(&good, &keys).is_ok());
    let (message, signature) = good.rsplit_once('.').expect("a signature");
    let (header, payload) = message.split_once('.').expect("a payload");
    let hmac = |alg: &str, kid: &str, secret: &[u8]| {
        signed_with_secret(&json!({"alg": alg, "kid": kid}), &claims(), secret)
    };
    let public_key = rsa.jwk().to_string();
    let elsewhere = json!({"alg": "ES256", "kid": "b", "jwk": other.jwk()});
    let by_address = json!({"alg": "ES256", "kid": "z", "jku": "https://evil.example.org/keys"});
    let header_of = |name: &str, value: Value| {
        let mut header = ec.header();
        header[name] = value;
        header
    };
    for (what, token, fault) in [
        ("not signed", unsigned(&claims()), TokenFault::Algorithm),
        (
            "not signed, in other letters",
            ec.sign(&header_of("alg", json!("NONE")), &claims()),
            TokenFault::Algorithm,
        ),
        (
            "the public key as a secret",
            hmac("HS256", "a", public_key.as_bytes()),
            TokenFault::Algorithm,
        ),
        ("an empty secret", hmac("HS256", "a", b""), TokenFault::Algorithm),
        (
            "a secret, said to be RSA",
            hmac("RS256", "a", public_key.as_bytes()),
            TokenFault::Signature,
        ),
        (
            "ECDSA, said to be RSA",
            ec.sign(&json!({"alg": "RS256", "kid": "a"}), &claims()),
            TokenFault::Signature,
        ),
        (
            "RSA's key for ECDSA",
            ec.sign(&json!({"alg": "ES256", "kid": "a"}), &claims()),
            TokenFault::UnknownKey,
        ),
        (
            "another hash",
            rsa.sign(&json!({"alg": "RS512", "kid": "a"}), &claims()),
            TokenFault::Signature,
        ),
        (
            "another padding",
            rsa.sign(&json!({"alg": "PS256", "kid": "a"}), &claims()),
            TokenFault::Signature,
        ),
        (
            "another curve",
            ec.sign(&json!({"alg": "ES384", "kid": "b"}), &claims()),
            TokenFault::Signature,
        ),
        ("a key of the same name", other.sign(&other.header(), &claims()), TokenFault::Signature),
        ("a key that came along", other.sign(&elsewhere, &claims()), TokenFault::Signature),
        ("a key from elsewhere", other.sign(&by_address, &claims()), TokenFault::UnknownKey),
        (
            "an unknown key",
            other.sign(&json!({"alg": "ES256", "kid": "c"}), &claims()),
            TokenFault::UnknownKey,
        ),
        (
            "no key named, another key",
            other.sign(&json!({"alg": "ES256"}), &claims()),
            TokenFault::Signature,
        ),
        ("critical", ec.sign(&header_of("crit", json!(["exp"])), &claims()), TokenFault::Critical),
        (
            "payload not in base64",
            ec.sign(&header_of("b64", json!(false)), &claims()),
            TokenFault::Critical,
        ),
        (
            "an access token",
            ec.sign(&header_of("typ", json!("at+jwt")), &claims()),
            TokenFault::Type,
        ),
        (
            "a logout token",
            ec.sign(&header_of("typ", json!("logout+jwt")), &claims()),
            TokenFault::Type,
        ),
        ("the signature is missing", format!("{message}."), TokenFault::Signature),
        ("a part is missing", message.to_owned(), TokenFault::Unreadable),
        ("a part too many", format!("{good}.x"), TokenFault::Unreadable),
        ("five parts", format!("{good}.x.y"), TokenFault::Unreadable),
        ("another header", format!("e30.{payload}.{signature}"), TokenFault::Unreadable),
        ("another payload", format!("{header}.e30.{signature}"), TokenFault::Signature),
        ("padded", format!("{header}=.{payload}.{signature}"), TokenFault::Unreadable),
        ("with a line break", format!("{good}\n"), TokenFault::Signature),
        ("empty", String::new(), TokenFault::Unreadable),
        ("dots", "..".to_owned(), TokenFault::Unreadable),
        ("too long", "x".repeat(70_000), TokenFault::TooLong),
    ] {
        assert_eq!(verify(&token, &keys).err(), Some(fault), "{what}");
    }
}

#[test]
fn an_algorithm_that_the_provider_does_not_announce_is_refused() {
    let key = SigningKey::ec("a");
    let mut metadata = metadata();
    metadata.algorithms.retain(|algorithm| *algorithm == jsonwebtoken::Algorithm::RS256);
    let expected =
        Expected { client_id: "haltere", nonce: "n-0S6", access_token: None, now: now() };
    let token = key.sign(&key.header(), &claims());
    let outcome = IdToken::verify(&token, &metadata, &keys(&[&key]), expected);
    assert_eq!(outcome.err(), Some(TokenFault::Algorithm));
}

#[test]
fn key_sets_hold_public_keys_for_signatures_only() {
    let key = SigningKey::ec("a");
    let parse = |keys: Value| KeySet::parse(json!({ "keys": keys }).to_string().as_bytes());
    let changed = |name: &str, value: Value| {
        let mut jwk = key.jwk();
        jwk[name] = value;
        jwk
    };
    for useless in [
        json!({"kty": "oct", "kid": "a", "k": "c2VjcmV0"}),
        changed("use", json!("enc")),
        changed("alg", json!("RSA-OAEP")),
        changed("alg", json!("ECDH-ES")),
        changed("key_ops", json!(["deriveKey"])),
        json!({"kty": "unknown"}),
        json!("text"),
    ] {
        assert_eq!(parse(json!([useless])).err(), Some(KeySetFault::Empty), "{useless}");
        let keys = parse(json!([useless, key.jwk()])).expect("the good one remains");
        assert!(verify(&key.sign(&key.header(), &claims()), &keys).is_ok(), "{useless}");
    }
    // A key that is for one algorithm serves no other.
    let keys = parse(json!([changed("alg", json!("ES384"))])).expect("a key");
    let token = key.sign(&key.header(), &claims());
    assert_eq!(verify(&token, &keys).err(), Some(TokenFault::UnknownKey));
    // A point that is not on the curve verifies nothing.
    let keys = parse(json!([changed("x", json!("AAAA"))])).expect("looks like a key");
    assert_eq!(verify(&token, &keys).err(), Some(TokenFault::Signature));
    assert_eq!(parse(json!(vec![key.jwk(); 65])).err(), Some(KeySetFault::TooMany));
    assert_eq!(KeySet::parse(b"[]").err(), Some(KeySetFault::Unreadable));
    assert_eq!(KeySet::parse(b"{\"keys\":{}}").err(), Some(KeySetFault::Unreadable));
}

fn logout_claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "haltere", "iat": NOW, "exp": NOW + 120, "jti": "j1", "sid": "s-1",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    })
}

#[test]
fn hostile_logout_tokens() {
    let key = SigningKey::ec("a");
    let keys = keys(&[&key]);
    let verify = |claims: &Value| {
        LogoutToken::verify(&key.sign(&key.header(), claims), &metadata(), &keys, "haltere", now())
    };
    let token = verify(&logout_claims()).expect("believed");
    assert_eq!((token.id.as_str(), token.provider_session.as_deref()), ("j1", Some("s-1")));
    let event = "http://schemas.openid.net/event/backchannel-logout";
    for (name, value, fault) in [
        ("iss", json!("https://evil.example.org"), TokenFault::Issuer),
        ("aud", json!("other"), TokenFault::Audience),
        ("iat", json!(NOW - 360), TokenFault::Time),
        ("iat", json!(NOW + 61), TokenFault::Time),
        ("exp", json!(NOW - 60), TokenFault::Time),
        ("nonce", json!("n"), TokenFault::Event),
        ("events", json!({}), TokenFault::Event),
        ("events", json!([event]), TokenFault::Event),
        ("events", json!({event: true}), TokenFault::Event),
        ("jti", json!(null), TokenFault::Event),
        ("jti", json!(""), TokenFault::Event),
        ("sid", json!(7), TokenFault::Subject),
        ("sub", json!(7), TokenFault::Subject),
    ] {
        let mut claims = logout_claims();
        claims[name] = value;
        assert_eq!(verify(&claims).err(), Some(fault), "{claims}");
    }
    let mut nobody = logout_claims();
    nobody.as_object_mut().expect("an object").remove("sid");
    assert_eq!(verify(&nobody).err(), Some(TokenFault::Subject));
    // An ID token of the same provider is none.
    assert!(verify(&claims()).is_err());
    let unsigned = unsigned(&logout_claims());
    let outcome = LogoutToken::verify(&unsigned, &metadata(), &keys, "haltere", now());
    assert_eq!(outcome.err(), Some(TokenFault::Algorithm));
}

#[test]
fn hostile_responses() {
    let metadata = metadata();
    let good = AuthorizationResponse {
        state: Some("state"),
        code: Some("code"),
        issuer: Some(ISSUER),
        error: None,
    };
    assert_eq!(good.code("state", &metadata), Ok("code"));
    let refused = ResponseFault::Refused("access_denied".to_owned());
    for (response, fault) in [
        (AuthorizationResponse { state: Some("other"), ..good }, ResponseFault::State),
        (AuthorizationResponse { state: None, ..good }, ResponseFault::State),
        // Mix-up: a response of another provider, or of one that does not say which it is though ours always does.
        (
            AuthorizationResponse { issuer: Some("https://evil.example.org"), ..good },
            ResponseFault::Issuer,
        ),
        (AuthorizationResponse { issuer: None, ..good }, ResponseFault::Issuer),
        (AuthorizationResponse { error: Some("access_denied"), ..good }, refused.clone()),
        (AuthorizationResponse { error: Some("access_denied\r\n\u{1b}"), ..good }, refused),
        (AuthorizationResponse { code: None, ..good }, ResponseFault::NoCode),
        (AuthorizationResponse { code: Some(""), ..good }, ResponseFault::NoCode),
    ] {
        assert_eq!(response.code("state", &metadata), Err(fault), "{response:?}");
    }
    let without_state = AuthorizationResponse { state: Some(""), ..good };
    assert_eq!(without_state.code("", &metadata), Err(ResponseFault::State));
    // A provider that does not announce it need not name itself.
    let silent = ProviderMetadata { names_issuer: false, ..metadata };
    assert_eq!(AuthorizationResponse { issuer: None, ..good }.code("state", &silent), Ok("code"));
}

#[test]
fn answers_of_the_token_endpoint() {
    let refused = |text: &str| TokenResponseFault::Refused(text.to_owned());
    for (status, body, fault) in [
        (400, r#"{"error":"invalid_grant","error_description":"x"}"#, refused("invalid_grant")),
        (200, r#"{"error":"<script>"}"#, refused("script")),
        (200, r#"{"access_token":"a"}"#, TokenResponseFault::NoIdToken),
        (200, "<html>", TokenResponseFault::Unreadable(200)),
        (302, r#"{"id_token":"a"}"#, TokenResponseFault::Unreadable(302)),
        (500, "", TokenResponseFault::Unreadable(500)),
    ] {
        let outcome = TokenResponse::parse(status, body.as_bytes());
        assert_eq!(outcome.err(), Some(fault), "{body}");
    }
    let body = br#"{"id_token":"a","access_token":"b\r\nx: y","token_type":"bearer"}"#;
    let response = TokenResponse::parse(200, body).expect("good");
    assert!(response.access_token.is_none(), "it would be another header");
}

#[test]
fn the_challenge_is_that_of_the_rfc() {
    // RFC 7636, appendix B.
    let challenge = code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let header = basic_authorization("a b", "c:d+");
    assert_eq!(header.expose(), "Basic YStiOmMlM0FkJTJC");
}
