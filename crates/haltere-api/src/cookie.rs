//! The cookie that carries a session's token.

use cookie::{Cookie, SameSite};
use haltere_core::Secret;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::base_path::BasePath;
use crate::options::ApiOptions;
use crate::request_source::RequestSource;

/// The session cookie's name and attributes for one request; an extension of every request.
///
/// Over TLS its name has a prefix that makes browsers enforce its attributes, so that it can't be planted
/// over plain HTTP (RFC 6265bis §4.1.3). `__Host-` also prevents planting by other hosts of the domain,
/// but requires the path `/`. Below a base path the cookie is limited to that path, so that other programs
/// on the host don't receive it; its prefix is `__Secure-` then.
#[derive(Debug, Clone)]
pub(crate) struct SessionCookie {
    name: &'static str,
    path: BasePath,
    is_secure: bool,
}

impl SessionCookie {
    pub(crate) fn of(options: &ApiOptions, source: &RequestSource) -> Self {
        let is_secure = source.is_secure;
        let name = match (is_secure, options.base.is_root()) {
            (true, true) => "__Host-haltere.sid",
            (true, false) => "__Secure-haltere.sid",
            (false, _) => "haltere.sid",
        };
        Self { name, path: options.base.clone(), is_secure }
    }

    /// The tokens of a request: more than one if a cookie of the same name was set for another path or
    /// domain, which browsers send as well.
    pub(crate) fn tokens(&self, headers: &HeaderMap) -> Vec<Secret<String>> {
        headers
            .get_all(COOKIE)
            .into_iter()
            // Neighbours on the same host may have set cookies in any encoding.
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .flat_map(|value| Cookie::split_parse(value).flatten())
            .filter(|cookie| cookie.name() == self.name)
            .map(|cookie| Secret::new(cookie.value().to_owned()))
            .collect()
    }

    /// The header that hands out a token. The browser keeps it until it is closed; when the session
    /// ends is decided here, not there.
    pub(crate) fn set(&self, token: &Secret<String>) -> HeaderValue {
        self.header(Cookie::new(self.name, token.expose().as_str()))
    }

    /// The header that takes the token back.
    pub(crate) fn clear(&self) -> HeaderValue {
        let mut cookie = Cookie::new(self.name, "");
        cookie.make_removal();
        self.header(cookie)
    }

    fn header<'a>(&'a self, mut cookie: Cookie<'a>) -> HeaderValue {
        cookie.set_path(self.path.for_cookies());
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Lax);
        cookie.set_secure(self.is_secure);
        let mut value = HeaderValue::from_str(&cookie.to_string()).expect("visible ASCII");
        value.set_sensitive(true);
        value
    }
}

/// The cookie in which a browser remembers a login that it has begun with single sign-on. Its name and attributes follow
/// those of the session's.
#[derive(Debug, Clone)]
pub(crate) struct SignOnCookie(SessionCookie);

impl SignOnCookie {
    /// The one next to the session's.
    pub(crate) fn next_to(session: &SessionCookie) -> Self {
        let name = match (session.is_secure, session.path.is_root()) {
            (true, true) => "__Host-haltere.sign-on",
            (true, false) => "__Secure-haltere.sign-on",
            (false, _) => "haltere.sign-on",
        };
        Self(SessionCookie { name, ..session.clone() })
    }

    /// The values of a request: more than one if a cookie of the same name was set for another path or domain.
    pub(crate) fn values(&self, headers: &HeaderMap) -> Vec<Secret<String>> {
        self.0.tokens(headers)
    }

    /// The header that hands it out, for so many seconds.
    pub(crate) fn set(&self, value: &Secret<String>, seconds: u64) -> HeaderValue {
        let mut cookie = Cookie::new(self.0.name, value.expose().as_str());
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        cookie.set_max_age(cookie::time::Duration::seconds(seconds));
        self.0.header(cookie)
    }

    /// The header that takes it back.
    pub(crate) fn clear(&self) -> HeaderValue {
        self.0.clear()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session_cookie(is_secure: bool, base: &str) -> SessionCookie {
        let options =
            ApiOptions { base: BasePath::parse(base).expect("good"), ..ApiOptions::default() };
        SessionCookie::of(&options, &RequestSource { address: None, is_secure, host: None })
    }

    fn given(cookies: &[&'static str], session_cookie: &SessionCookie) -> Option<String> {
        let headers = cookies.iter().map(|value| (COOKIE, HeaderValue::from_static(value)));
        session_cookie.tokens(&headers.collect()).first().map(|token| token.expose().clone())
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let plain = session_cookie(false, "");
        assert_eq!(given(&["a=b; haltere.sid=tok; c"], &plain).as_deref(), Some("tok"));
        assert_eq!(given(&["a=b", "haltere.sid=tok"], &plain).as_deref(), Some("tok"));
        assert_eq!(given(&["connect.sid=tok"], &plain), None);
        // A cookie that another service on the same host has set must not hide ours.
        let neighbours = HeaderValue::from_bytes(b"name=J\xc3\xbcrg; odd=\xff; haltere.sid=tok");
        let headers = [(COOKIE, neighbours.expect("a header"))].into_iter().collect();
        assert_eq!(plain.tokens(&headers), ["tok".into()]);
        let secure = session_cookie(true, "");
        assert_eq!(given(&["haltere.sid=planted"], &secure), None);
        assert_eq!(given(&["__Host-haltere.sid=tok"], &secure).as_deref(), Some("tok"));
        let below = session_cookie(true, "/haltere");
        assert_eq!(given(&["haltere.sid=x; __Host-haltere.sid=y"], &below), None);
        assert_eq!(given(&["__Secure-haltere.sid=tok"], &below).as_deref(), Some("tok"));
    }

    #[test]
    fn several_cookies_of_our_name_are_found() {
        let session_cookie = session_cookie(false, "");
        let cookies = ["haltere.sid=planted; a=b", "haltere.sid=tok"];
        let headers = cookies.map(|value| (COOKIE, HeaderValue::from_static(value)));
        assert_eq!(
            session_cookie.tokens(&headers.into_iter().collect()),
            ["planted".into(), "tok".into()]
        );
    }

    #[test]
    fn the_cookie_is_handed_out_with_care() {
        let token = Secret::from("tok");
        for (session_cookie, header) in [
            (session_cookie(false, ""), "haltere.sid=tok; HttpOnly; SameSite=Lax; Path=/"),
            (
                session_cookie(true, ""),
                "__Host-haltere.sid=tok; HttpOnly; SameSite=Lax; Secure; Path=/",
            ),
            (session_cookie(false, "/h"), "haltere.sid=tok; HttpOnly; SameSite=Lax; Path=/h"),
            (
                session_cookie(true, "/h"),
                "__Secure-haltere.sid=tok; HttpOnly; SameSite=Lax; Secure; Path=/h",
            ),
        ] {
            assert_eq!(session_cookie.set(&token), header);
            let gone = session_cookie.clear();
            let gone = gone.to_str().expect("ASCII");
            // A cookie is removed only by the path it was set with.
            let path = header.rsplit("; ").next().expect("a path");
            assert!(gone.contains("Max-Age=0") && gone.contains(path), "{gone}");
        }
    }
}
