//! Where the fuzzers in `fuzz/` come in. The tests go the same way with what the fuzzers have found.
//!
//! Each takes any bytes, and panics when something that has to hold does not.

use haltere_app::connections::Cursor;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::cookie::SessionCookie;
use crate::extract::params::{Params, printable};
use crate::options::ApiOptions;
use crate::request_source::RequestSource;
pub use crate::wire::fuzzing::{connection_body, mmc_config};

/// Reads the parts of a request other than its body: a cookie header per line, each of which may be a
/// query as well.
///
/// Cookies of other services on the same host never hide ours.
pub fn cookie(input: &[u8]) {
    let lines = input.split(|byte| *byte == b'\n');
    let headers: HeaderMap =
        lines.filter_map(|line| Some((COOKIE, HeaderValue::from_bytes(line).ok()?))).collect();
    for is_secure in [false, true] {
        let source = RequestSource { address: None, is_secure, host: None };
        let cookie = SessionCookie::of(&ApiOptions::default(), &source);
        if !cookie.tokens(&headers).is_empty() {
            continue;
        }
        let header = cookie.set(&"tok".into());
        let ours = header.to_str().ok().and_then(|header| header.split(';').next());
        let mut headers = headers.clone();
        headers.append(COOKIE, HeaderValue::from_str(ours.expect("a cookie")).expect("ASCII"));
        let tokens = cookie.tokens(&headers);
        assert_eq!(tokens.first().expect("ours is overlooked").expose(), "tok");
    }
    if let Ok(text) = str::from_utf8(input) {
        query(text);
    }
}

fn query(text: &str) {
    assert!(printable(text).chars().count() <= 65);
    let Some(params) = Params::parse(text) else { return };
    for (name, value) in params.iter() {
        assert!(params.contains(name));
        let given = params.get(name);
        assert!(given.is_err() || given.is_ok_and(|found| found == Some(value)), "{name}");
        if let Ok(cursor) = Cursor::parse(value) {
            assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor), "it reads back the same");
        }
    }
}

#[cfg(test)]
mod tests {
    use haltere_testkit::corpus;

    #[test]
    fn bodies_of_connections() {
        corpus::replay("connection_body", super::connection_body);
    }

    #[test]
    fn files_to_import() {
        corpus::replay("mmc_config", super::mmc_config);
    }

    #[test]
    fn cookies_and_queries() {
        corpus::replay("cookie", super::cookie);
    }
}
