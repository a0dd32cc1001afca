//! The cookie that carries a session's token.

use cookie::{Cookie, SameSite};
use haltere_core::Secret;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::options::ApiOptions;

/// The name of the cookie. Behind TLS it has the prefix that makes browsers bind it to this host,
/// so that a neighbour under the same domain can't plant one (RFC 6265bis §4.1.3.2).
pub(crate) const fn name(options: &ApiOptions) -> &'static str {
    if options.secure { "__Host-haltere.sid" } else { "haltere.sid" }
}

/// The token a request brings along.
pub(crate) fn token(headers: &HeaderMap, options: &ApiOptions) -> Option<Secret<String>> {
    headers
        .get_all(COOKIE)
        .into_iter()
        // Neighbours on the same host may have set cookies in any encoding.
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .flat_map(|value| Cookie::split_parse(value).flatten())
        .find(|cookie| cookie.name() == name(options))
        .map(|cookie| Secret::new(cookie.value().to_owned()))
}

/// The header that hands out a token. The browser keeps it until it is closed; when the session ends
/// is decided here, not there.
pub(crate) fn hand_out(token: &Secret<String>, options: &ApiOptions) -> HeaderValue {
    header(Cookie::new(name(options), token.expose().as_str()), options)
}

/// The header that takes the token back.
pub(crate) fn take_back(options: &ApiOptions) -> HeaderValue {
    let mut cookie = Cookie::new(name(options), "");
    cookie.make_removal();
    header(cookie, options)
}

fn header(mut cookie: Cookie<'_>, options: &ApiOptions) -> HeaderValue {
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(options.secure);
    let mut value = HeaderValue::from_str(&cookie.to_string()).expect("visible ASCII");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(cookies: &[&'static str], options: &ApiOptions) -> Option<String> {
        let headers = cookies.iter().map(|value| (COOKIE, HeaderValue::from_static(value)));
        token(&headers.collect(), options).map(|token| token.expose().clone())
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let plain = ApiOptions::default();
        assert_eq!(given(&["a=b; haltere.sid=tok; c"], &plain).as_deref(), Some("tok"));
        assert_eq!(given(&["a=b", "haltere.sid=tok"], &plain).as_deref(), Some("tok"));
        assert_eq!(given(&["connect.sid=tok"], &plain), None);
        // What a neighbour on the same host has set is no reason to overlook ours.
        let neighbours = HeaderValue::from_bytes(b"name=J\xc3\xbcrg; odd=\xff; haltere.sid=tok");
        let headers = [(COOKIE, neighbours.expect("a header"))].into_iter().collect();
        assert_eq!(token(&headers, &plain).expect("found").expose(), "tok");
        let secure = ApiOptions::default().secure(true);
        assert_eq!(given(&["haltere.sid=planted"], &secure), None);
        assert_eq!(given(&["__Host-haltere.sid=tok"], &secure).as_deref(), Some("tok"));
    }

    #[test]
    fn the_cookie_is_handed_out_with_care() {
        let token = Secret::from("tok");
        let plain = hand_out(&token, &ApiOptions::default());
        assert_eq!(plain, "haltere.sid=tok; HttpOnly; SameSite=Lax; Path=/");
        let secure = hand_out(&token, &ApiOptions::default().secure(true));
        assert_eq!(secure, "__Host-haltere.sid=tok; HttpOnly; SameSite=Lax; Secure; Path=/");
        let gone = take_back(&ApiOptions::default());
        assert!(gone.to_str().expect("ASCII").contains("Max-Age=0"), "{gone:?}");
    }
}
