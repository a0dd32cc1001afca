//! The discovery document.

use jsonwebtoken::Algorithm;
use serde::Deserialize;

use crate::jws::ALGORITHMS;
use crate::provider_url::{ProviderUrl, UrlFault};

/// How a client with a secret proves who it is at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// In the header `Authorization`.
    Basic,
    /// In the form.
    Post,
}

/// What a provider says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderMetadata {
    /// Exactly the one that is configured.
    pub issuer: String,
    pub authorization_endpoint: ProviderUrl,
    pub token_endpoint: ProviderUrl,
    pub jwks_uri: ProviderUrl,
    pub userinfo_endpoint: Option<ProviderUrl>,
    pub end_session_endpoint: Option<ProviderUrl>,
    pub client_authentication: ClientAuthentication,
    /// Whether each response of the authorization endpoint names the issuer (RFC 9207).
    pub names_issuer: bool,
    /// Whether it says that it supports PKCE with SHA-256, or does not say.
    pub announces_pkce: bool,
    /// The algorithms that both sides can.
    pub(crate) algorithms: Vec<Algorithm>,
}

/// Why a discovery document can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataFault {
    #[error("the discovery document can't be read, or lacks what is needed")]
    Unreadable,
    #[error("the discovery document is that of another issuer")]
    OtherIssuer,
    #[error("{0} in the discovery document {1}")]
    Url(&'static str, UrlFault),
    #[error("the provider does not support the authorization code flow")]
    NoCodeFlow,
    #[error("the provider signs with none of the algorithms that are accepted")]
    NoAlgorithm,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    response_types_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Where the discovery document of an issuer is (OpenID Connect Discovery §4.1).
pub fn discovery_url(issuer: &str) -> Result<ProviderUrl, UrlFault> {
    let url = ProviderUrl::parse(issuer)?;
    if url.path_and_query().contains('?') {
        return Err(UrlFault::MoreThanAnAddress);
    }
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    ProviderUrl::parse(&format!("{base}/.well-known/openid-configuration"))
}

impl ProviderMetadata {
    /// The names of the algorithms that both sides can.
    pub fn algorithm_names(&self) -> Vec<String> {
        self.algorithms.iter().map(|algorithm| format!("{algorithm:?}")).collect()
    }

    /// Reads the document of `issuer`, which has to name exactly this issuer.
    pub fn parse(body: &[u8], issuer: &str) -> Result<Self, MetadataFault> {
        let document: Document =
            serde_json::from_slice(body).map_err(|_| MetadataFault::Unreadable)?;
        if document.issuer != issuer {
            return Err(MetadataFault::OtherIssuer);
        }
        let is_secure = issuer.starts_with("https://");
        let url = |name, text: &str| match ProviderUrl::parse(text) {
            // Not even on this machine: the secret and the code would go to whatever listens there.
            Ok(url) if is_secure && !url.is_https() => {
                Err(MetadataFault::Url(name, UrlFault::NotHttps))
            }
            parsed => parsed.map_err(|fault| MetadataFault::Url(name, fault)),
        };
        let optional = |name, text: Option<String>| text.map(|text| url(name, &text)).transpose();
        if document
            .response_types_supported
            .is_some_and(|types| types.iter().all(|it| it != "code"))
        {
            return Err(MetadataFault::NoCodeFlow);
        }
        let announced = document.id_token_signing_alg_values_supported;
        let is_announced = |algorithm: &Algorithm| {
            announced.as_ref().is_none_or(|names| {
                names.iter().any(|name| name.parse::<Algorithm>().ok() == Some(*algorithm))
            })
        };
        let algorithms: Vec<_> = ALGORITHMS.into_iter().filter(is_announced).collect();
        if algorithms.is_empty() {
            return Err(MetadataFault::NoAlgorithm);
        }
        let methods = document.token_endpoint_auth_methods_supported;
        // Without a list it is the header (Discovery §3).
        let only_post = methods.is_some_and(|methods| {
            let supports = |name: &str| methods.iter().any(|method| method == name);
            supports("client_secret_post") && !supports("client_secret_basic")
        });
        Ok(Self {
            issuer: document.issuer,
            authorization_endpoint: url(
                "authorization_endpoint",
                &document.authorization_endpoint,
            )?,
            token_endpoint: url("token_endpoint", &document.token_endpoint)?,
            jwks_uri: url("jwks_uri", &document.jwks_uri)?,
            userinfo_endpoint: optional("userinfo_endpoint", document.userinfo_endpoint)?,
            end_session_endpoint: optional("end_session_endpoint", document.end_session_endpoint)?,
            client_authentication: if only_post {
                ClientAuthentication::Post
            } else {
                ClientAuthentication::Basic
            },
            names_issuer: document.authorization_response_iss_parameter_supported,
            announces_pkce: document
                .code_challenge_methods_supported
                .is_none_or(|methods| methods.iter().any(|it| it == "S256")),
            algorithms,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://id.example.org/a";

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://id.example.org/a/authorize",
            "token_endpoint": "https://id.example.org/a/token",
            "jwks_uri": "https://keys.example.org/a",
        })
    }

    fn parse(document: &Value) -> Result<ProviderMetadata, MetadataFault> {
        ProviderMetadata::parse(document.to_string().as_bytes(), ISSUER)
    }

    #[test]
    fn a_document_is_that_of_its_issuer_and_complete() {
        let metadata = parse(&document()).expect("good");
        assert_eq!(metadata.algorithms, ALGORITHMS);
        assert_eq!(metadata.client_authentication, ClientAuthentication::Basic);
        for (name, value, fault) in [
            ("issuer", json!("https://id.example.org/a/"), MetadataFault::OtherIssuer),
            ("issuer", json!("https://id.example.org/b"), MetadataFault::OtherIssuer),
            ("issuer", json!(7), MetadataFault::Unreadable),
            ("jwks_uri", Value::Null, MetadataFault::Unreadable),
            (
                "token_endpoint",
                json!("http://id.example.org/token"),
                MetadataFault::Url("token_endpoint", UrlFault::NotHttps),
            ),
            (
                "token_endpoint",
                json!("http://127.0.0.1:9/token"),
                MetadataFault::Url("token_endpoint", UrlFault::NotHttps),
            ),
            (
                "end_session_endpoint",
                json!("javascript:alert(1)"),
                MetadataFault::Url("end_session_endpoint", UrlFault::NotHttps),
            ),
            ("response_types_supported", json!(["id_token"]), MetadataFault::NoCodeFlow),
            (
                "id_token_signing_alg_values_supported",
                json!(["none", "HS256"]),
                MetadataFault::NoAlgorithm,
            ),
        ] {
            let mut document = document();
            document[name] = value;
            assert_eq!(parse(&document), Err(fault), "{name}");
        }
        assert_eq!(ProviderMetadata::parse(b"<html>", ISSUER), Err(MetadataFault::Unreadable));
    }

    #[test]
    fn the_secret_is_sent_as_the_provider_wants_it() {
        let mut document = document();
        for (methods, expected) in [
            (json!(["client_secret_post"]), ClientAuthentication::Post),
            (json!(["client_secret_post", "client_secret_basic"]), ClientAuthentication::Basic),
            (json!(["private_key_jwt"]), ClientAuthentication::Basic),
        ] {
            document["token_endpoint_auth_methods_supported"] = methods;
            assert_eq!(parse(&document).expect("good").client_authentication, expected);
        }
    }

    #[test]
    fn the_document_is_below_the_issuer() {
        for (issuer, url) in [
            ("https://id.example.org", "https://id.example.org/.well-known/openid-configuration"),
            ("https://id.example.org/", "https://id.example.org/.well-known/openid-configuration"),
            (ISSUER, "https://id.example.org/a/.well-known/openid-configuration"),
        ] {
            assert_eq!(discovery_url(issuer).expect(issuer).as_str(), url);
        }
        assert!(discovery_url("https://id.example.org/?a=b").is_err());
    }
}
