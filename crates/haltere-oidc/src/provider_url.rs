//! The addresses of a provider.

use haltere_core::Host;
use url::Url;

/// An address of the provider: `https`, or `http` on this machine only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderUrl(Url);

/// Why an address can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlFault {
    #[error("is not a URL")]
    NotAUrl,
    #[error("is longer than {} characters", ProviderUrl::MAX_CHARS)]
    TooLong,
    #[error("must begin with https:// (http:// is for a provider on this machine only)")]
    NotHttps,
    #[error("must contain no user name, password or fragment")]
    MoreThanAnAddress,
}

impl ProviderUrl {
    /// The longest address, in bytes.
    pub const MAX_CHARS: usize = 2_048;

    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, UrlFault> {
        if text.len() > Self::MAX_CHARS {
            return Err(UrlFault::TooLong);
        }
        let url = Url::parse(text).map_err(|_| UrlFault::NotAUrl)?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(UrlFault::MoreThanAnAddress);
        }
        let this = Self(url);
        match this.0.scheme() {
            "https" => Ok(this),
            "http" if this.is_on_this_machine() => Ok(this),
            _ => Err(UrlFault::NotHttps),
        }
    }

    /// Whether it is reached over TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    fn is_on_this_machine(&self) -> bool {
        match self.host() {
            Host::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::V4(address) => address.is_loopback(),
            Host::V6(address) => address.is_loopback(),
        }
    }

    /// The host to dial.
    pub fn host(&self) -> Host {
        match self.0.host() {
            Some(url::Host::Domain(name)) => Host::Name(name.to_owned()),
            Some(url::Host::Ipv4(address)) => Host::V4(address),
            Some(url::Host::Ipv6(address)) => Host::V6(address),
            None => Host::Name(String::new()),
        }
    }

    /// The port to dial.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }

    /// Whether it is dialled with TLS.
    pub fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// What a request for it names: path and query.
    pub fn path_and_query(&self) -> String {
        match self.0.query() {
            Some(query) => format!("{}?{query}", self.0.path()),
            None => self.0.path().to_owned(),
        }
    }

    /// The value of the header `Host`.
    pub fn authority(&self) -> String {
        self.0.authority().to_owned()
    }

    /// The same with further parameters.
    #[must_use]
    pub fn with_parameters(&self, parameters: &[(&str, &str)]) -> Self {
        let mut url = self.0.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        Self(url)
    }

    /// As text: visible ASCII.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_and_this_machine_are_good_enough() {
        for good in [
            "https://id.example.org",
            "https://id.example.org:8443/realms/a?x=1",
            "http://127.0.0.1:9000/",
            "http://[::1]:9000/",
            "http://localhost:9000",
        ] {
            assert!(ProviderUrl::parse(good).is_ok(), "{good}");
        }
        for (bad, fault) in [
            ("http://id.example.org", UrlFault::NotHttps),
            ("http://127.0.0.1.example.org/", UrlFault::NotHttps),
            ("http://notlocalhost/", UrlFault::NotHttps),
            ("ftp://id.example.org/", UrlFault::NotHttps),
            ("javascript:alert(1)", UrlFault::NotHttps),
            ("id.example.org", UrlFault::NotAUrl),
            ("https://user@id.example.org/", UrlFault::MoreThanAnAddress),
            ("https://id.example.org/#x", UrlFault::MoreThanAnAddress),
        ] {
            let outcome = std::panic::catch_unwind(|| ProviderUrl::parse(bad));
            assert_eq!(outcome.expect("no panic"), Err(fault), "{bad}");
        }
        let long = format!("https://id.example.org/{}", "x".repeat(2_048));
        assert_eq!(ProviderUrl::parse(&long), Err(UrlFault::TooLong));
    }

    #[test]
    fn parameters_are_added_to_those_that_are_there() {
        let url = ProviderUrl::parse("https://id.example.org/authorize?tenant=a").expect("good");
        let url = url.with_parameters(&[("state", "a b&c")]);
        assert_eq!(url.as_str(), "https://id.example.org/authorize?tenant=a&state=a+b%26c");
        assert_eq!(url.path_and_query(), "/authorize?tenant=a&state=a+b%26c");
        assert_eq!((url.port(), url.authority()), (443, "id.example.org".to_owned()));
    }
}
