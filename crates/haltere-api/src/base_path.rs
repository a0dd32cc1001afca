//! The path below which a reverse proxy publishes haltere.
//!
//! A proxy either passes a request on unchanged (`/haltere/api/profile`) or strips the base path
//! (`/api/profile`). Both work at the same time without a setting: a path that begins with the base path has it
//! stripped, and no route begins with it ([`BasePath::parse`] ensures that). Links in responses always carry it.

use std::fmt;
use std::sync::Arc;

use axum::extract::Request;
use http::Uri;
use http::uri::PathAndQuery;

/// The longest base path.
const MAX: usize = 128;

/// The first segments of haltere's own paths, of which no base path may begin with one. A test compares them
/// with the route table.
const RESERVED: [&str; 8] =
    ["api", "assets", "auth", "haltere.css", "healthz", "logout", "readyz", "validate-session"];

/// `/haltere`, or nothing: the whole host is ours. No slash at its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BasePath(Arc<str>);

/// Why a text is no base path; completes "`field`: …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BasePathError {
    /// It does not begin with a slash.
    #[error("{0:?} must begin with a slash, as in /haltere")]
    NoSlash(String),
    /// A part of it would be read differently by some proxy or browser.
    #[error("{0:?} may hold letters, digits, and . _ ~ - between single slashes, 128 in all")]
    Odd(String),
    /// haltere's own paths begin like this.
    #[error("{given:?} conflicts with haltere's own /{own}; choose another")]
    Reserved {
        /// As given.
        given: String,
        /// The first part.
        own: String,
    },
}

impl BasePath {
    /// Reads a base path; a slash at its end makes no difference, and a slash alone means none.
    pub fn parse(text: &str) -> Result<Self, BasePathError> {
        let path = text.strip_suffix('/').unwrap_or(text);
        if path.is_empty() {
            return Ok(Self::default());
        }
        let inner =
            path.strip_prefix('/').ok_or_else(|| BasePathError::NoSlash(text.to_owned()))?;
        if path.len() > MAX || !inner.split('/').all(is_plain) {
            return Err(BasePathError::Odd(text.to_owned()));
        }
        let first = inner.split('/').next().unwrap_or(inner);
        // Haltere's own paths are matched in any letter case.
        if RESERVED.iter().any(|own| own.eq_ignore_ascii_case(first)) {
            let (given, own) = (text.to_owned(), first.to_owned());
            return Err(BasePathError::Reserved { given, own });
        }
        Ok(Self(path.into()))
    }

    /// Whether there is none.
    pub(crate) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// A path of ours as the world sees it.
    pub(crate) fn to(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    /// The path that cookies are for.
    pub(crate) fn for_cookies(&self) -> &str {
        if self.is_root() { "/" } else { &self.0 }
    }

    /// Takes the base path off a request that carries it.
    pub(crate) fn strip(&self, mut request: Request) -> Request {
        if let Some(uri) = self.stripped(request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    }

    fn stripped(&self, uri: &Uri) -> Option<Uri> {
        let (front, rest) = uri.path_and_query()?.as_str().split_at_checked(self.0.len())?;
        if !front.eq_ignore_ascii_case(&self.0) {
            return None;
        }
        let inner = match rest.as_bytes().first() {
            Some(b'/') => PathAndQuery::try_from(rest),
            None | Some(b'?') => PathAndQuery::try_from(format!("/{rest}")),
            // /halterete is another path.
            Some(_) => return None,
        };
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(inner.ok()?);
        Uri::from_parts(parts).ok()
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_plain(segment: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::body::Body;

    use super::*;

    #[test]
    fn the_first_segments_of_all_routes_are_reserved() {
        let document = crate::openapi();
        let first = |path: &String| path.split('/').nth(1).unwrap_or_default().to_owned();
        let mut routes: BTreeSet<String> = document.paths.paths.keys().map(first).collect();
        // The page at `/`.
        assert!(routes.remove(""));
        assert_eq!(routes, RESERVED.map(str::to_owned).into());
    }

    #[test]
    fn what_can_be_a_base_path() {
        for (text, path) in [
            ("", ""),
            ("/", ""),
            ("/haltere", "/haltere"),
            ("/haltere/", "/haltere"),
            ("/tools/haltere-2.test", "/tools/haltere-2.test"),
        ] {
            assert_eq!(BasePath::parse(text).map(|base| base.to_string()).as_deref(), Ok(path));
        }
        let long = "/x".repeat(65);
        for text in
            ["haltere", "//", "/a//b", "/a/../b", "/.", "/a b", "/a%20b", "/ä", "/a?b", &long]
        {
            BasePath::parse(text).expect_err(text);
        }
        for text in ["/api", "/API", "/logout/", "/Auth/x", "/haltere.css"] {
            let refusal = BasePath::parse(text).expect_err(text).to_string();
            assert!(refusal.contains("haltere's own"), "{refusal}");
        }
    }

    #[test]
    fn it_is_taken_off_where_it_is() {
        let base = BasePath::parse("/a/b").expect("good");
        for (given, path) in [
            ("/a/b/api/x?y=/a/b", "/api/x?y=/a/b"),
            ("/a/b", "/"),
            ("/a/b/", "/"),
            ("/a/b?x", "/?x"),
            ("/api/x", "/api/x"),
            ("/a/bc", "/a/bc"),
            ("/a/b/a/b/c", "/a/b/c"),
            ("http://h/a/b/c", "http://h/c"),
            ("/A/b/API/x", "/API/x"),
            ("/a", "/a"),
        ] {
            let request = Request::get(given).body(Body::empty()).expect("a request");
            assert_eq!(base.strip(request).uri(), path, "{given}");
        }
        assert_eq!(base.to("/login"), "/a/b/login");
    }
}
