//! The route table: each route with its access, and nothing else.

use haltere_app::Action;
use haltere_core::PluginId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Access::{self, Everybody, LoggedIn};
use crate::access::Routes;
use crate::state::ApiState;
use crate::{
    auth, connection_export, connection_import, connection_test, connections, console, docs,
    events, openapi, pages, plugins, profile, system,
};

/// All routes and their description.
pub(crate) fn table() -> OpenApiRouter<ApiState> {
    Routes::new(openapi::frame())
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
        .route(connections(Action::TestConnection), routes!(connection_test::handler))
        .route(connections(Action::ImportConnections), routes!(connection_import::handler))
        .route(connections(Action::ExportConnections), routes!(connection_export::handler))
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
