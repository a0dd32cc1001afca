//! A web page's origin, as browsers write it (RFC 6454 §6.2).

use std::fmt;

use http::{HeaderValue, Uri};

/// `https://console.example.org:8443`, in the one form browsers use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebOrigin(String);

/// Why a text is no origin; completes "`field`: …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebOriginError {
    /// A wildcard would let every page in the world act as the logged-in user.
    #[error("{0:?}: every origin has to be named; there are no wildcards")]
    Wildcard(String),
    /// It is something else.
    #[error(
        "{0:?} is not an origin such as https://console.example.org:8443 (no path, no slash at the end)"
    )]
    Malformed(String),
}

impl WebOrigin {
    /// Reads an origin; case and a port that goes without saying make no difference.
    pub fn parse(text: &str) -> Result<Self, WebOriginError> {
        if text.contains('*') {
            return Err(WebOriginError::Wildcard(text.to_owned()));
        }
        Self::read(text).ok_or_else(|| WebOriginError::Malformed(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        // A fragment is dropped by the parser.
        let uri: Uri = text.parse().ok().filter(|_| !text.ends_with('/') && !text.contains('#'))?;
        let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme))?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
        let plain = uri.path() == "/" && uri.query().is_none() && !authority.host().is_empty();
        let host = Some(authority.host().to_ascii_lowercase()).filter(|_| plain)?;
        let usual = if scheme == "https" { 443 } else { 80 };
        let port = match authority.as_str()[authority.host().len()..].strip_prefix(':') {
            None => None,
            Some(digits) => Some(digits.parse::<u16>().ok().filter(|port| *port != 0)?),
        };
        Some(Self(match port.filter(|port| *port != usual) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }))
    }

    /// Whether the header Origin names it.
    pub(crate) fn is(&self, header: &HeaderValue) -> bool {
        header.as_bytes() == self.0.as_bytes()
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_into_the_form_browsers_send() {
        for (text, origin) in [
            ("https://console.example.org", "https://console.example.org"),
            ("HTTPS://Console.Example.org:443", "https://console.example.org"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("http://localhost:80", "http://localhost"),
            ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ] {
            assert_eq!(WebOrigin::parse(text).map(|o| o.to_string()).as_deref(), Ok(origin));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "null",
            "example.org",
            "//example.org",
            "ftp://example.org",
            "https://",
            "https://example.org/",
            "https://example.org/app",
            "https://example.org?x",
            "https://example.org#x",
            "https://me@example.org",
            "https://example.org:0",
            "https://example.org:70000",
            "https://example.org:",
            "https://a.org,https://b.org",
            "https://ex ample.org",
        ] {
            let refusal = WebOrigin::parse(text).expect_err(text);
            assert_eq!(refusal, WebOriginError::Malformed(text.to_owned()));
        }
        for text in ["*", "https://*.example.org"] {
            assert_eq!(WebOrigin::parse(text), Err(WebOriginError::Wildcard(text.to_owned())));
        }
    }
}
