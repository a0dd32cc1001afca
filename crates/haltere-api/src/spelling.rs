//! Letter case and trailing slashes in paths.
//!
//! Express, which the management center for Mosquitto is built on, ignores letter case in the literal segments
//! of a path and one trailing slash, and clients rely on that. A parameter (an id, a name) stays as it is.

use std::sync::Arc;

use axum::extract::Request;
use http::Uri;
use http::uri::PathAndQuery;
use utoipa::openapi::OpenApi;

/// The paths of all routes but those of files, whose names are exact.
#[derive(Debug, Clone)]
pub(crate) struct Spellings(Arc<[Route]>);

impl Spellings {
    /// Takes the routes from the OpenAPI document. As in the router, a literal segment comes before a parameter.
    pub(crate) fn new(document: &OpenApi) -> Self {
        let paths = document.paths.paths.keys().filter(|path| {
            let first = path.split('/').nth(1).unwrap_or_default();
            first != "assets" && !first.contains('.')
        });
        let mut routes: Vec<Route> = paths.map(|path| Route::of(path)).collect();
        routes.sort_by_key(|Route(own)| own.iter().map(Option::is_none).collect::<Vec<_>>());
        Self(routes.into())
    }

    /// Gives the path of a request the spelling of its route, if it has one. Everything after it (logs, rules
    /// by path, the router) sees only that spelling.
    pub(crate) fn correct(&self, mut request: Request) -> Request {
        if let Some(uri) = self.corrected(request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    }

    fn corrected(&self, uri: &Uri) -> Option<Uri> {
        let path = self.canonical(uri.path())?;
        let path_and_query = match uri.query() {
            Some(query) => PathAndQuery::try_from(format!("{path}?{query}")),
            None => PathAndQuery::try_from(path),
        };
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(path_and_query.ok()?);
        Uri::from_parts(parts).ok()
    }

    /// The spelling of the route that `path` belongs to; `None` if it has that spelling, or no route.
    pub(crate) fn canonical(&self, path: &str) -> Option<String> {
        // Nearly every path.
        if !path.ends_with('/') && !path.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        let inner = path.strip_prefix('/')?;
        let segments: Vec<&str> = inner.strip_suffix('/').unwrap_or(inner).split('/').collect();
        let route = self.0.iter().find(|route| route.is_of(&segments))?;
        let corrected = route.with(&segments);
        (corrected != path).then_some(corrected)
    }
}

/// The segments of a route's path; `None` for one that the client fills in.
#[derive(Debug)]
struct Route(Vec<Option<String>>);

impl Route {
    fn of(template: &str) -> Self {
        let segments = template.trim_start_matches('/').split('/');
        Self(segments.map(|it| (!it.starts_with('{')).then(|| it.to_owned())).collect())
    }

    fn is_of(&self, segments: &[&str]) -> bool {
        let Self(own) = self;
        own.len() == segments.len()
            && own.iter().zip(segments).all(|(own, given)| match own {
                Some(own) => own.eq_ignore_ascii_case(given),
                None => !given.is_empty(),
            })
    }

    /// Its path, with what the client has filled in.
    fn with(&self, segments: &[&str]) -> String {
        let Self(own) = self;
        let spelled = own.iter().zip(segments).map(|(own, given)| own.as_deref().unwrap_or(given));
        spelled.flat_map(|segment| ["/", segment]).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static SPELLINGS: LazyLock<Spellings> = LazyLock::new(|| Spellings::new(&crate::openapi()));

    #[test]
    fn case_and_a_slash_at_the_end_make_no_difference() {
        for (given, route) in [
            ("/api/connections/", "/api/connections"),
            ("/API/Connections", "/api/connections"),
            ("/Api/CONNECTIONS/", "/api/connections"),
            ("/auth/", "/auth"),
            ("/Auth?json=1", "/auth?json=1"),
            ("/LOGOUT/", "/logout"),
            ("/Validate-Session", "/validate-session"),
            ("/api/Connection-Import/?dryRun=true", "/api/connection-import?dryRun=true"),
            ("http://h/API/Profile", "http://h/api/profile"),
            ("/HealthZ/", "/healthz"),
        ] {
            let corrected = SPELLINGS.corrected(&given.parse().expect("a path")).expect(given);
            assert_eq!(corrected, route, "{given}");
        }
    }

    #[test]
    fn what_the_client_fills_in_stays() {
        for (given, route) in [
            ("/API/connections/Press%2F4", "/api/connections/Press%2F4"),
            ("/api/connections/A%2fb%2F/", "/api/connections/A%2fb%2F"),
            ("/api/connections/Test/CONNECT/", "/api/connections/Test/connect"),
            ("/API/Profile/Sessions", "/api/profile/sessions"),
            ("/API/Profile/Ann", "/api/profile/Ann"),
        ] {
            assert_eq!(SPELLINGS.canonical(given).as_deref(), Some(route), "{given}");
        }
    }

    #[test]
    fn everything_else_is_left_alone() {
        for path in [
            "/",
            "/api/connections",
            "/api/connections/Press-4",
            "/api/connections//",
            "/api//connections",
            "//api/connections/",
            "/api/connections//connect",
            "/%41PI/connections",
            "/API/nothing/",
            "/Assets/Index-1.js",
            "/assets/index-1.js/",
            "/HALTERE.css",
            "/Login",
        ] {
            assert_eq!(SPELLINGS.canonical(path), None, "{path}");
        }
    }
}
