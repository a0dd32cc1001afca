//! All routes. Who may use them is in [`haltere_app::policy`]: a route that the policy does not name can't be
//! registered.

use axum::{Router, middleware};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::access::Access;
use crate::gate::gate;
use crate::state::ApiState;
use crate::{
    activity, audit, auth, connections, console, docs, events, openapi, pages, plugins, profile,
    sign_on, system, tokens, user_management, view_as,
};

/// All routes, and the OpenAPI document that describes them.
pub(crate) fn table() -> (Router<ApiState>, OpenApi) {
    Routes::new()
        .route(routes!(connections::list::handler))
        .route(routes!(connections::create::handler))
        .route(routes!(connections::get::handler))
        .route(routes!(connections::replace::handler))
        .route(routes!(connections::patch::handler))
        .route(routes!(connections::delete::handler))
        .route(routes!(connections::connect::handler))
        .route(routes!(connections::disconnect::handler))
        .route(routes!(connections::history::handler))
        .route(routes!(connections::certificates::handler))
        .route(routes!(connections::advice::handler))
        .route(routes!(connections::change_labels::handler))
        .route(routes!(connections::test::handler))
        .route(routes!(connections::import::handler))
        .route(routes!(connections::export::handler))
        .route(routes!(activity::handler))
        .route(routes!(audit::handler))
        .route(routes!(audit::get::handler))
        .route(routes!(events::handler))
        .route(routes!(profile::get::handler))
        .route(routes!(profile::sessions::list::handler))
        .route(routes!(profile::sessions::end::handler))
        .route(routes!(profile::sessions::end_others::handler))
        .route(routes!(profile::tokens::list::handler))
        .route(routes!(profile::tokens::revoke::handler))
        .route(routes!(profile::update::handler))
        .route(routes!(profile::update::named::handler))
        .route(routes!(profile::second_factor::begin::handler))
        .route(routes!(profile::second_factor::confirm::handler))
        .route(routes!(profile::second_factor::remove::handler))
        .route(routes!(profile::second_factor::recovery_codes::handler))
        .route(routes!(profile::second_factor::dismiss_reset::handler))
        .route(routes!(profile::patch::handler))
        .route(routes!(user_management::roles::handler))
        .route(routes!(user_management::list::handler))
        .route(routes!(user_management::create::handler))
        .route(routes!(user_management::get::handler))
        .route(routes!(user_management::change::handler))
        .route(routes!(user_management::delete::handler))
        .route(routes!(user_management::sessions::list::handler))
        .route(routes!(user_management::sessions::end_all::handler))
        .route(routes!(user_management::sessions::end::handler))
        .route(routes!(user_management::invite::handler))
        .route(routes!(user_management::reset_second_factor::handler))
        .route(routes!(user_management::accept::handler))
        .route(routes!(user_management::groups::list::handler))
        .route(routes!(user_management::groups::create::handler))
        .route(routes!(user_management::groups::get::handler))
        .route(routes!(user_management::groups::change::handler))
        .route(routes!(user_management::groups::delete::handler))
        .route(routes!(user_management::groups::of_user::handler))
        .route(routes!(view_as::start::handler))
        .route(routes!(view_as::stop::handler))
        .route(routes!(tokens::list::handler))
        .route(routes!(tokens::create::handler))
        .route(routes!(tokens::get::handler))
        .route(routes!(tokens::revoke::handler))
        .route(routes!(plugins::list::handler))
        .route(routes!(plugins::switch::handler))
        .route(routes!(system::tasks::handler))
        .route(routes!(system::version::handler))
        .route(routes!(system::status_check::handler))
        .route(routes!(docs::page::handler))
        .route(routes!(docs::export::handler))
        .route(routes!(system::healthz::handler))
        .route(routes!(system::readyz::handler))
        .route(routes!(auth::login::handler))
        .route(routes!(auth::logout::handler))
        .route(routes!(auth::validate_session::handler))
        .route(routes!(sign_on::offer::handler))
        .route(routes!(sign_on::start::handler))
        .route(routes!(sign_on::callback::handler))
        .route(routes!(sign_on::back_channel::handler))
        .route(routes!(sign_on::header::handler))
        .route(routes!(sign_on::settings::handler))
        .route(routes!(sign_on::test::handler))
        .route(routes!(pages::stylesheet::handler))
        .route(routes!(console::page::handler))
        .route(routes!(console::file::handler))
        .finish()
}

/// Routes, each behind its gate.
struct Routes(OpenApiRouter<ApiState>);

impl Routes {
    fn new() -> Self {
        Self(OpenApiRouter::with_openapi(openapi::frame::frame()))
    }

    /// Registers one route (`routes!(…)`) behind its gate.
    #[expect(clippy::panic, reason = "a mistake in the code, which every test finds")]
    fn route(self, route: UtoipaMethodRouter<ApiState>) -> Self {
        let (schemas, mut paths, methods) = route;
        let name = openapi::route_in(&paths);
        let Some(access) = Access::of(&name) else {
            panic!("{name:?} is not in the table of haltere_app::policy");
        };
        openapi::describe_access(&mut paths, access);
        let gate = middleware::from_fn(move |request, next| gate(access, request, next));
        Self(self.0.routes((schemas, paths, methods.route_layer(gate))))
    }

    fn finish(self) -> (Router<ApiState>, OpenApi) {
        let (router, mut document) = self.0.split_for_parts();
        openapi::without_nulls(&mut document);
        (router, document)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use haltere_app::policy::{LOGIN_ROUTES, PUBLIC_ROUTES, TABLE};

    use crate::openapi::{operations, route_name};

    #[test]
    fn the_policy_names_exactly_the_routes_that_exist() {
        let document = crate::openapi();
        let operations = operations(&document).into_iter();
        let registered: BTreeSet<_> =
            operations.map(|(method, path, _)| route_name(&method, path)).collect();
        let named = TABLE.iter().flat_map(|rule| rule.routes).chain(PUBLIC_ROUTES);
        let named = named.chain(LOGIN_ROUTES).map(|route| (*route).to_owned());
        assert_eq!(registered, named.collect());
    }
}
