//! What an OpenID Connect provider says, and whether to believe it.
//!
//! Layer 0: pure functions. They do no I/O, and the time is a parameter. Everything a provider sends is hostile input:
//! it is limited in size and in number, and none of it decides how it is checked. The issuer, the audience and the
//! signature algorithms come from our settings, never from a token.
//!
//! - [`ProviderMetadata`]: the discovery document (OpenID Connect Discovery 1.0);
//! - [`KeySet`]: the keys that the provider signs with (RFC 7517);
//! - [`IdToken`] and [`LogoutToken`]: what the provider has signed, verified (OpenID Connect Core 1.0 §3.1.3.7,
//!   Back-Channel Logout 1.0 §2.6);
//! - [`AuthorizationRequest`] and [`AuthorizationResponse`]: the code flow with PKCE (RFC 7636) and the issuer in the
//!   response (RFC 9207);
//! - [`TokenResponse`]: what the token endpoint answers.

mod authorization;
mod claims;
mod id_token;
mod json;
mod jws;
mod key_set;
mod logout_token;
mod metadata;
mod provider_url;
mod token_response;

pub use authorization::{
    AuthorizationRequest, AuthorizationResponse, ResponseFault, code_challenge,
};
pub use claims::Claims;
pub use id_token::{Expected, IdToken};
pub use json::NotJson;
pub use jws::TokenFault;
pub use key_set::{KeySet, KeySetFault};
pub use logout_token::LogoutToken;
pub use metadata::{ClientAuthentication, MetadataFault, ProviderMetadata, discovery_url};
pub use provider_url::{ProviderUrl, UrlFault};
pub use token_response::{TokenResponse, TokenResponseFault, basic_authorization, token_request};

#[cfg(test)]
mod hostile_tests;
