//! `GET /`, and every other address that is a page: the console itself finds out what to show there.

use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::placeholder;
use crate::middleware::headers::policy_with_nonce;
use crate::options::ApiOptions;
use crate::quality_values::quality;
use crate::state::ApiState;

/// The placeholders in the page: the base path, and the nonce.
const BASE: &str = "__HALTERE_BASE__";
const NONCE: &str = "__HALTERE_NONCE__";

/// The console
///
/// For people, with JavaScript. The addresses of the console's other pages answer the same page to
/// clients that accept HTML: `/login?error=…`, `/connections/press-4`. It contains no data,
/// and asks for a login itself, where the management center for Mosquitto redirects to `/login`.
#[utoipa::path(
    get,
    path = "/",
    operation_id = "get_console",
    tag = "Pages",
    responses((status = 200, description = "The page", content_type = "text/html", body = String)),
)]
pub(crate) async fn handler(State(state): State<ApiState>) -> Response {
    response(&state.options)
}

/// The 404 for a browser: the console says in the user's language that there is no such page, and links back.
pub(crate) fn unknown(options: &ApiOptions) -> Response {
    (StatusCode::NOT_FOUND, response(options)).into_response()
}

/// Whether a user opened the address in a browser. Browsers name HTML in `Accept`; other clients accept anything.
pub(crate) fn is_navigation(request: &Request) -> bool {
    let names_html = quality(request.headers(), &ACCEPT, "text/html") > Some(0.0);
    names_html && [Method::GET, Method::HEAD].contains(request.method())
}

/// The page as a response.
///
/// Never with an `ETag`: "not modified" would come with a new policy, and the page kept by the browser
/// would hold the nonce of an old one.
pub(crate) fn response(options: &ApiOptions) -> Response {
    let Some(page) = options.console.get("index.html") else {
        return placeholder::page(&options.base);
    };
    // 128 bits, so injected markup can't guess it.
    let nonce = STANDARD.encode(rand::random::<[u8; 16]>());
    let page = String::from_utf8_lossy(&page);
    // Neither needs escaping: base64, and what a base path may hold.
    let page = page.replace(BASE, &options.base.to("")).replace(NONCE, &nonce);
    let headers = [
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (CONTENT_SECURITY_POLICY, policy_with_nonce(&nonce)),
    ];
    (headers, Html(page)).into_response()
}

/// The paths of the console's pages except `/`, as its router knows them (`web/src/model/paths.ts`); `*` is
/// any segment. Every other path is a 404, so that tools which probe for other software don't take this
/// page for it.
const PAGES: [&str; 22] = [
    "/login",
    "/invitation",
    "/connections/*",
    "/connections/*/certificates",
    "/connections/*/history",
    "/new",
    "/connections/*/edit",
    "/activity",
    "/profile",
    "/administration",
    "/administration/users",
    "/administration/groups",
    "/administration/tokens",
    "/administration/plugins",
    "/administration/sign-on",
    "/administration/transfer",
    "/administration/audit",
    "/administration/about",
    "/gallery",
    // Of earlier versions; the console redirects.
    "/settings",
    "/transfer",
    "/about",
];

/// Whether a request that no route wants is for a page.
pub(crate) fn is_wanted(request: &Request) -> bool {
    is_page(request.uri().path()) && takes_html(request.headers())
}

/// Whether a path is one of a page: in any letter case, and with a slash at its end or without, as the
/// console's own router reads it.
pub(crate) fn is_page(path: &str) -> bool {
    let given = path.strip_suffix('/').unwrap_or(path).split('/');
    PAGES.iter().any(|page| {
        let own = page.split('/');
        own.clone().count() == given.clone().count()
            && own.zip(given.clone()).all(|(own, given)| match own {
                "*" => !given.is_empty(),
                own => own.eq_ignore_ascii_case(given),
            })
    })
}

/// Whether a client accepts HTML, as browsers do when a user opens an address. A request without `Accept`
/// accepts anything.
fn takes_html(headers: &HeaderMap) -> bool {
    !headers.contains_key(ACCEPT)
        || ["text/html", "text/*", "*/*"]
            .iter()
            .any(|kind| quality(headers, &ACCEPT, kind) > Some(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONSOLE_PATHS: &str = include_str!("../../../../web/src/model/paths.ts");

    /// The two routers have to agree: a page that only one of them knows can't be loaded again.
    #[test]
    fn the_pages_are_those_of_the_console() {
        let paths = CONSOLE_PATHS.split('"').filter(|text| text.starts_with('/') && *text != "/");
        let templates = paths.map(|path| {
            let segments = path.split('/').map(|it| if it.starts_with('$') { "*" } else { it });
            segments.collect::<Vec<_>>().join("/")
        });
        let templates: std::collections::BTreeSet<String> = templates.collect();
        assert_eq!(templates, PAGES.map(str::to_owned).into());
    }

    #[test]
    fn what_a_page_is() {
        for path in ["/login", "/Login/", "/connections/a%2Fb", "/connections/a.b/edit", "/about"] {
            assert!(is_page(path), "{path}");
        }
        for path in
            ["/", "//", "", "/connections", "/connections/", "/connections//edit", "/login//", "/x"]
        {
            assert!(!is_page(path), "{path}");
        }
    }
}
