//! haltere over HTTP: routes, extractors, wire types, errors, live events and their description.
//!
//! Layer 3. [`router`] makes all of it from an [`App`]; [`openapi()`] describes it without one.
//!
//! A request passes the `middleware`, which gives it an id and refuses what no route may see, then the `gate` of its
//! route, which checks the session (401), the plugin (404) and the role (403), in this order. The handler parses
//! the body (400), calls the application, and converts the result to wire types. Handlers hold no rules.

mod access;
mod access_table;
mod activity;
mod audit;
mod auth;
mod base_path;
mod connections;
mod console;
mod cookie;
mod docs;
mod error;
mod events;
mod extract;
mod fallback;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod gate;
mod limits;
mod middleware;
mod next_page;
mod openapi;
mod options;
mod pages;
mod plugins;
mod profile;
mod proxies;
mod quality_values;
mod request_source;
mod response_memory;
mod routes;
mod sign_on;
mod spelling;
mod sse;
mod state;
mod system;
mod tokens;
mod user_management;
mod view_as;
mod web_origin;
mod wire;

#[cfg(test)]
mod access_matrix_tests;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod group_visibility_tests;
#[cfg(test)]
mod limits_tests;
#[cfg(test)]
mod quota_tests;
#[cfg(test)]
mod reverse_proxy_tests;
#[cfg(test)]
mod test_support;
#[cfg(test)]
mod unknown_parameter_tests;
#[cfg(test)]
mod unread_response_tests;
#[cfg(test)]
mod visibility_tests;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use haltere_app::App;
use tower::{ServiceBuilder, ServiceExt as _};
use utoipa::openapi::OpenApi;

pub use access_table::access_table;
pub use audit::files as audit_files;
pub use base_path::{BasePath, BasePathError};
pub use connections::files as connection_files;
pub use connections::test::connection_test_json;
pub use console::ConsoleFiles;
pub use gate::{AuthenticatedResponse, CloseWithCredential};
pub use limits::names::LIMITS;
pub use middleware::reserved_slots::ReservedSlot;
pub use options::{ApiLimits, ApiOptions};
pub use proxies::{ForwardedHeader, TrustedProxies};
pub use request_source::OverTls;
pub use sign_on::{HeaderNameError, TrustedHeaders};
pub use web_origin::{WebOrigin, WebOriginError};

use spelling::Spellings;
use state::ApiState;

/// Everything haltere answers over HTTP. It has to be served with connect info
/// (`Router::into_make_service_with_connect_info::<SocketAddr>`), so that it knows where requests come from, and
/// with [`OverTls`] on requests that came over TLS.
pub fn router(app: App, options: ApiOptions) -> Router {
    router_and_state(app, options).0
}

/// The OpenAPI document of everything that [`router`] answers, version 3.1.
pub fn openapi() -> OpenApi {
    routes::table().1
}

fn router_and_state(app: App, options: ApiOptions) -> (Router, ApiState) {
    let ApiOptions { base, cors_origins, .. } = options.clone();
    let guard = middleware::cross_origin::Guard::new(cors_origins.clone());
    let cors = (!cors_origins.is_empty())
        .then(|| from_fn_with_state(cors_origins, middleware::cors::share));
    let (table, document) = routes::table();
    let spellings = Spellings::new(&document);
    let state = ApiState::new(app, options, document);
    let table = table
        .fallback(fallback::not_found)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .with_state(state.clone());
    // The first layer is the outermost: it sees a request first and its response last. The layers are around
    // the router as a whole: on the router, each route would have its own copy of them, cloned per request.
    let router = ServiceBuilder::new()
        .map_request(move |request| spellings.correct(request))
        .layer(from_fn_with_state(state.clone(), middleware::request_id::assign))
        .layer(from_fn_with_state(state.clone(), middleware::headers::add))
        .option_layer(cors)
        .layer(from_fn(middleware::failures::handle))
        .layer(from_fn_with_state((state.clone(), guard), middleware::refuse))
        .service(table);
    let router = if base.is_root() {
        Router::new().fallback_service(router)
    } else {
        // Around the router: a layer of the router runs only after the route was matched.
        Router::new()
            .fallback_service(router.map_request(move |request: Request| base.strip(request)))
    };
    (router, state)
}
