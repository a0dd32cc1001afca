//! `GET /api/plugins`

use axum::extract::State;
use axum::response::Response;
use haltere_app::plugins::PluginState;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, json};
use crate::extract::RequestContext;
use crate::state::ApiState;

/// The state of a plugin.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plugin, example = json!({"id": "tls", "enabled": true, "switchable": true, "source": "default"}))]
pub(crate) struct WirePlugin {
    /// Named as in the management center for Mosquitto.
    id: &'static str,
    /// Whether it is on.
    enabled: bool,
    /// Whether it can be switched.
    switchable: bool,
    /// The origin of this state: `default`, `configuration` or `administrator`.
    source: &'static str,
}

impl From<PluginState> for WirePlugin {
    fn from(state: PluginState) -> Self {
        let PluginState { id, enabled, switchable, source } = state;
        Self { id: id.as_str(), enabled, switchable, source: source.as_str() }
    }
}

/// List plugins
#[utoipa::path(
    get,
    path = "/api/plugins",
    operation_id = "list_plugins",
    tag = "Plugins",
    responses((status = 200, description = "All plugins", body = [WirePlugin])),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
) -> Result<Response, ApiError> {
    let plugins = state.app.plugins().list(&context)?;
    let plugins: Vec<_> = plugins.into_iter().map(WirePlugin::from).collect();
    Ok(json(StatusCode::OK, &plugins))
}
