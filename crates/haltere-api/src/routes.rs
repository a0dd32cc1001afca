//! The route table: each route with its access, and nothing else.

use axum::{Router, middleware};
use haltere_app::Action;
use haltere_core::PluginId;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::access::Access::{self, Everybody, LoggedIn};
use crate::gate::gate;
use crate::state::ApiState;
use crate::{auth, connections, console, docs, events, openapi, pages, plugins, profile, system};

/// All routes, and the OpenAPI document that describes them.
pub(crate) fn table() -> (Router<ApiState>, OpenApi) {
    Routes::new()
        .route(connections(Action::ListConnections), routes!(connections::list::handler))
        .route(connections(Action::CreateConnection), routes!(connections::create::handler))
        .route(connections(Action::ListConnections), routes!(connections::get::handler))
        .route(connections(Action::UpdateConnection), routes!(connections::replace::handler))
        .route(connections(Action::UpdateConnection), routes!(connections::patch::handler))
        .route(connections(Action::DeleteConnection), routes!(connections::delete::handler))
        .route(connections(Action::ConnectConnection), routes!(connections::connect::handler))
        .route(connections(Action::DisconnectConnection), routes!(connections::disconnect::handler))
        .route(connections(Action::ListConnections), routes!(connections::history::handler))
        .route(connections(Action::ListConnections), routes!(connections::certificates::handler))
        .route(connections(Action::ListConnections), routes!(connections::advice::handler))
        .route(connections(Action::TestConnection), routes!(connections::test::handler))
        .route(connections(Action::ImportConnections), routes!(connections::import::handler))
        .route(connections(Action::ExportConnections), routes!(connections::export::handler))
        .route(may(Action::FollowEvents), routes!(events::handler))
        .route(may(Action::ReadProfile), routes!(profile::get::handler))
        .route(may(Action::ReadProfile), routes!(profile::sessions::list::handler))
        .route(may(Action::EndOwnSessions), routes!(profile::sessions::end::handler))
        .route(may(Action::EndOwnSessions), routes!(profile::sessions::end_others::handler))
        .route(profile_edit(Action::ChangeOwnPassword), routes!(profile::update::handler))
        .route(profile_edit(Action::ChangeOwnPassword), routes!(profile::update::named::handler))
        .route(may(Action::ListPlugins), routes!(plugins::list::handler))
        .route(may(Action::SwitchPlugin), routes!(plugins::switch::handler))
        .route(LoggedIn, routes!(system::version::handler))
        .route(Everybody, routes!(system::status_check::handler))
        .route(Everybody, routes!(docs::page::handler))
        .route(Everybody, routes!(docs::export::handler))
        .route(Everybody, routes!(system::healthz::handler))
        .route(Everybody, routes!(system::readyz::handler))
        .route(Everybody, routes!(auth::login::handler))
        .route(Everybody, routes!(auth::logout::handler))
        .route(Everybody, routes!(auth::validate_session::handler))
        .route(Everybody, routes!(pages::stylesheet::handler))
        .route(Everybody, routes!(console::page::handler))
        .route(Everybody, routes!(console::file::handler))
        .finish()
}

const fn may(action: Action) -> Access {
    Access::Policy(action, None)
}

const fn connections(action: Action) -> Access {
    Access::Policy(action, Some(PluginId::ConnectionsRestApi))
}

const fn profile_edit(action: Action) -> Access {
    Access::Policy(action, Some(PluginId::UserProfileEdit))
}

/// Routes, each behind its gate.
struct Routes(OpenApiRouter<ApiState>);

impl Routes {
    fn new() -> Self {
        Self(OpenApiRouter::with_openapi(openapi::frame::frame()))
    }

    /// Registers one route (`routes!(…)`) behind its gate: a route without an access can't exist.
    fn route(self, access: Access, route: UtoipaMethodRouter<ApiState>) -> Self {
        let (schemas, mut paths, methods) = route;
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
