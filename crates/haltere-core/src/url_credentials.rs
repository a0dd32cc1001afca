//! User name and password in a broker's URL, as programs keep them there that have no other place.

use std::str::Utf8Error;

use percent_encoding::percent_decode_str;

use crate::broker_url::split_path;
use crate::secret::Secret;
use crate::sentences;

/// A URL, and what was taken out of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// The URL without user name and password, not judged.
    pub url: String,
    /// Percent-decoded; never empty.
    pub username: Option<String>,
    /// Percent-decoded; never empty.
    pub password: Option<Secret<String>>,
}

sentences! {
    /// Why nothing was taken out. Each message completes "url: …".
    pub enum UnpackError {
        // A password that holds `/`, `?` or `@` as it is: its end is ambiguous.
        UserInfoAmbiguous => "the user name or password in it holds a / ? or @ that is not percent-encoded, so it is unclear where the host begins",
        UserInfoNotText => "the user name or password in it is not UTF-8 once percent-decoded",
    }
}

impl From<Utf8Error> for UnpackError {
    fn from(_: Utf8Error) -> Self {
        Self::UserInfoNotText
    }
}

/// Takes user name and password out of `scheme://user:password@host…`; `None` when there are none.
pub fn unpack(url: &str) -> Result<Option<Unpacked>, UnpackError> {
    let Some((scheme, rest)) = url.trim().split_once("://") else { return Ok(None) };
    let (authority, path) = split_path(rest);
    let is_websocket = matches!(scheme.to_ascii_lowercase().as_str(), "ws" | "wss");
    let Some((userinfo, host)) = authority.split_once('@') else {
        // Only a WebSocket has a path, in which an @ is one.
        let ambiguous = path.contains('@') && !is_websocket;
        return if ambiguous { Err(UnpackError::UserInfoAmbiguous) } else { Ok(None) };
    };
    if host.contains('@') || (path.contains('@') && !is_websocket) {
        return Err(UnpackError::UserInfoAmbiguous);
    }
    let (username, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let password = Some(Secret::new(decode(password)?)).filter(|it| !it.expose().is_empty());
    Ok(Some(Unpacked {
        url: format!("{scheme}://{host}{path}"),
        username: Some(decode(username)?).filter(|name| !name.is_empty()),
        password,
    }))
}

fn decode(text: &str) -> Result<String, Utf8Error> {
    Ok(percent_decode_str(text).decode_utf8()?.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::BrokerUrl;

    fn taken(url: &str) -> (String, Option<String>, Option<String>) {
        let Unpacked { url, username, password } =
            unpack(url).expect("not ambiguous").expect("something in it");
        (url, username, password.map(|it| it.expose().clone()))
    }

    #[test]
    fn user_name_and_password_are_decoded() {
        let text = |text: &str| Some(text.to_owned());
        for (url, rest, username, password) in [
            ("mqtt://u:p%40ss@host:1883", "mqtt://host:1883", text("u"), text("p@ss")),
            (" mqtts://u@host ", "mqtts://host", text("u"), None),
            ("mqtt://u:@host", "mqtt://host", text("u"), None),
            ("mqtt://:p@host", "mqtt://host", None, text("p")),
            ("mqtt://u:a:b@[::1]:1883", "mqtt://[::1]:1883", text("u"), text("a:b")),
            ("ws://%C3%BC:p+q@host/mqtt?at=a@b", "ws://host/mqtt?at=a@b", text("ü"), text("p+q")),
            ("mqtt://u:100%@host/", "mqtt://host/", text("u"), text("100%")),
        ] {
            assert_eq!(taken(url), (rest.to_owned(), username, password), "{url}");
        }
        for url in ["mqtt://host:1883", "ws://host/a@b", "host", ""] {
            assert_eq!(unpack(url), Ok(None), "{url}");
        }
    }

    #[test]
    fn ambiguous_credentials_are_not_guessed() {
        for url in ["mqtt://u:p@ss@host", "mqtt://u:p@ss/w@host", "mqtt://u:p/w@host"] {
            assert_eq!(unpack(url), Err(UnpackError::UserInfoAmbiguous), "{url}");
        }
        assert_eq!(unpack("mqtt://u:%FF@host"), Err(UnpackError::UserInfoNotText));
    }

    proptest! {
        #[test]
        fn the_rest_is_never_refused_for_credentials(text in "mqtts?://[a-z@:/?%#]{0,20}") {
            if let Ok(Some(unpacked)) = unpack(&text) {
                let parsed = BrokerUrl::parse(&unpacked.url);
                prop_assert_ne!(parsed, Err(crate::UrlError::UserInfo));
            }
        }
    }
}
