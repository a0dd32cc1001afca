//! haltere over HTTP: routes, extractors, wire types, errors, live events and their description.
//!
//! Floor 3. [`router`] makes the whole of it from an [`App`]; [`openapi()`] describes it without one.
//!
//! The way of a request: `layers` give it an id and refuse what no route may see; the gate of its
//! route (`access`) asks in this order whether the caller is logged in (401), the plugin is on (404)
//! and the role allows it (403); the handler takes the body apart (400), calls the application,
//! and turns what comes back into wire types. Handlers hold no rules.

mod access;
mod access_table;
mod answers;
mod arrival;
mod auth;
mod base_path;
mod connection_export;
mod connection_import;
mod connection_test;
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
mod guests;
mod layers;
mod limit;
pub mod moving;
mod openapi;
mod options;
mod pages;
mod plugins;
mod profile;
mod proxies;
mod reached;
mod routes;
mod spelling;
mod state;
mod system;
mod web_origin;
mod wire;

#[cfg(test)]
mod denial_tests;
#[cfg(test)]
mod edge_tests;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod limits_tests;
#[cfg(test)]
mod test_support;
#[cfg(test)]
mod unread_tests;

use axum::extract::Request;
use axum::{Router, middleware};
use haltere_app::App;
use tower::{ServiceBuilder, ServiceExt as _};

pub use access::{EndsWith, OfSession};
pub use access_table::access_table;
pub use arrival::OverTls;
pub use base_path::{BasePath, BasePathError};
pub use connection_test::connection_test_json;
pub use console::ConsoleFiles;
pub use layers::kept::Kept;
pub use limit::LIMITS;
pub use openapi::openapi;
pub use options::{ApiLimits, ApiOptions};
pub use proxies::{ForwardedHeader, Proxies};
pub use web_origin::{WebOrigin, WebOriginError};

use state::ApiState;

/// Everything haltere answers over HTTP. To tell where requests come from it has to be served with
/// connect info (`Router::into_make_service_with_connect_info::<SocketAddr>`), and with [`OverTls`] on
/// requests that came over TLS.
pub fn router(app: App, options: ApiOptions) -> Router {
    router_of(ApiState::new(app, options))
}

fn router_of(state: ApiState) -> Router {
    let ApiOptions { base, cors_origins, .. } = state.options.clone();
    let guard = layers::cross_origin::Guard::new(cors_origins.clone());
    let cors = (!cors_origins.is_empty())
        .then(|| middleware::from_fn_with_state(cors_origins, layers::cors::share));
    let (router, _) = routes::table().split_for_parts();
    let router = router
        .fallback(fallback::not_found)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .with_state(state.clone());
    // The first layer is the outermost: it sees a request first and its answer last. They are around
    // the router as a whole. On it, each route would carry layers of its own, which are copied for
    // each request, each with all below it.
    let router = ServiceBuilder::new()
        .map_request(spelling::correct)
        .layer(middleware::from_fn_with_state(state.clone(), layers::identity::identify))
        .layer(middleware::from_fn_with_state(state.clone(), layers::headers::add))
        .option_layer(cors)
        .layer(middleware::from_fn(layers::failures::answer))
        .layer(middleware::from_fn_with_state((state, guard), layers::refuse))
        .service(router);
    if base.is_root() {
        return Router::new().fallback_service(router);
    }
    // Around the router, because by the time a layer sees a request its route has been found.
    Router::new().fallback_service(router.map_request(move |request: Request| base.strip(request)))
}
