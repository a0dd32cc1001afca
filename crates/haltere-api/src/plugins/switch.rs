//! `PUT /api/plugins/{pluginId}`

use axum::extract::State;
use axum::response::Response;
use haltere_app::plugins::SwitchPluginError;
use haltere_core::PluginId;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::switched::WireSwitched;
use crate::error::{ApiError, ErrorBody, json, messages};
use crate::extract::{JsonBody, PathText, RequestContext, StrictQuery};
use crate::state::ApiState;
use crate::wire::fields::{FieldFault, Fields, Invalid};

impl From<SwitchPluginError> for ApiError {
    fn from(error: SwitchPluginError) -> Self {
        match error {
            SwitchPluginError::NotAllowed(refusal) => refusal.into(),
            SwitchPluginError::NotSwitchable(id) => {
                Self::not_allowed(format!("The plugin {id} can't be switched"))
            }
            SwitchPluginError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// The wanted state of a plugin.
#[derive(ToSchema)]
pub(crate) struct PluginInput {
    enabled: bool,
}

/// The query of a switch.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SwitchParams {
    /// `true`: only report what would be done
    #[serde(default)]
    dry_run: bool,
}

/// Switch a plugin on or off
///
/// Survives restarts. The response says in numbers what the switch does: switching `tls` reconnects the connections
/// that have TLS settings of their own, and without it most of them don't come up. With `dryRun=true` nothing
/// is switched, and the response says what would happen.
#[utoipa::path(
    put,
    path = "/api/plugins/{pluginId}",
    operation_id = "switch_plugin",
    tag = "Plugins",
    params(
        ("pluginId" = String, Path, description = "The plugin's id", example = "tls"),
        SwitchParams,
    ),
    request_body(content = PluginInput, content_type = "application/json", example = json!({"enabled": false})),
    responses(
        (status = 200, description = "The plugin after the change, and what that does", body = WireSwitched),
        (status = 400, description = "Invalid body", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "enabled: must be true or false"})),
        (status = 403, description = "Insufficient role, or the plugin is always on", body = ErrorBody,
            examples(("always" = (value = json!({"code": "NOT_ALLOWED", "message": "The plugin multiple-connections can't be switched"}))))),
        (status = 404, description = "No such plugin", body = ErrorBody,
            examples(("unknown" = (value = json!({"code": "NOT_FOUND", "message": "Plugin not found"}))))),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathText(id): PathText,
    StrictQuery(params): StrictQuery<SwitchParams>,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let id = id.and_then(|id| id.parse::<PluginId>().ok());
    let id = id.ok_or_else(|| ApiError::not_found(messages::PLUGIN_NOT_FOUND))?;
    let SwitchParams { dry_run } = params;
    let PluginInput { enabled } = PluginInput::read(body)?;
    let switched = if dry_run {
        state.app.plugins().plan_switch(&context, id, enabled).await?
    } else {
        state.app.plugins().switch(&context, id, enabled).await?
    };
    Ok(json(StatusCode::OK, &WireSwitched::new(&switched, dry_run)))
}

impl PluginInput {
    fn read(body: Value) -> Result<Self, Invalid> {
        let mut fields = Fields::of_body(body)?;
        let enabled = fields.strict_boolean("enabled")?;
        let enabled = enabled.ok_or_else(|| fields.fault("enabled", &FieldFault::Missing))?;
        fields.finish()?;
        Ok(Self { enabled })
    }
}

#[cfg(test)]
mod tests {
    use haltere_core::{PluginId, Role};
    use haltere_testkit::wait::{DEADLINE, until};
    use haltere_testkit::{Ca, Listener, Mosquitto};
    use serde_json::json;

    use crate::test_support::{TestApi, closed_port, connection, encoded};

    #[tokio::test]
    async fn an_administrator_switches_and_it_stays() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        assert_eq!(
            admin.get("/api/plugins").await.json().as_array().map(Vec::len),
            Some(PluginId::ALL.len())
        );
        let response = admin.put("/api/plugins/user-profile-edit", json!({"enabled": false})).await;
        let off = json!({"id": "user-profile-edit", "enabled": false, "switchable": true, "source": "administrator"});
        let mut plugin = response.json();
        let users = plugin.as_object_mut().and_then(|it| it.remove("affected"));
        assert_eq!(users, Some(json!({"users": Role::ALL.len()})));
        let dry_run = plugin.as_object_mut().and_then(|it| it.remove("dryRun"));
        assert_eq!((plugin, dry_run), (off.clone(), Some(json!(false))));
        let api = api.restart().await;
        let plugins = api.admin().await.get("/api/plugins").await.json();
        assert!(plugins.as_array().expect("a list").contains(&off), "{plugins}");
    }

    #[tokio::test]
    async fn what_can_not_be_switched() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let on = || json!({"enabled": true});
        // The second one is a plugin of the management center for Mosquitto that haltere doesn't have.
        for unknown in ["nope", "topictree-rest-api"] {
            let response = admin.put(&format!("/api/plugins/{unknown}"), on()).await;
            response.is_refusal(404, "NOT_FOUND", "Plugin not found");
        }
        let why = "The plugin multiple-connections can't be switched";
        admin.put("/api/plugins/multiple-connections", on()).await.is_refusal(
            403,
            "NOT_ALLOWED",
            why,
        );
        for (body, message) in [
            (json!({}), "enabled: is missing"),
            (json!({"enabled": "true"}), "enabled: must be true or false"),
            (json!({"enabled": true, "x": 1}), "x: unknown property"),
        ] {
            admin.put("/api/plugins/tls", body).await.is_refusal(400, "INVALID", message);
        }
        let unclear = admin.put("/api/plugins/tls?dryRun=yes", on()).await;
        unclear.is_refusal(400, "INVALID", "dryRun: must be true or false");
        let viewer = api.role(Role::Viewer).await;
        viewer.put("/api/plugins/tls", on()).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    }

    #[tokio::test]
    async fn without_the_plugin_tls_settings_are_kept_but_do_not_count() {
        let ca = Ca::new("factory");
        let listener = Listener::tls(&ca.server(&["127.0.0.1"]));
        let broker = Mosquitto::builder().listener(listener).start().await;
        let api = TestApi::start().await;
        let admin = api.admin().await;
        assert_eq!(admin.put("/api/plugins/tls", json!({"enabled": false})).await.status, 200);
        let mut body = connection("a", &broker.url());
        body["ca"] = encoded(&ca.pem());
        body["rejectUnauthorized"] = json!(false);
        let created = admin.post("/api/connections", body.clone()).await;
        assert_eq!(created.status, 202, "{}", created.text);
        assert_eq!(created.json()["connection"]["ca"], body["ca"]);
        assert_eq!(created.json()["connection"]["status"]["error"]["stage"], "tls");

        let concerned =
            json!({"connections": 1, "up": 0, "ca": 1, "clientCertificate": 0, "unverified": 1});
        let plan = admin.put("/api/plugins/tls?dryRun=true", json!({"enabled": true})).await.json();
        assert_eq!(
            (&plan["enabled"], &plan["dryRun"], &plan["affected"]),
            (&json!(true), &json!(true), &concerned)
        );
        let plugins = admin.get("/api/plugins").await.json();
        let still_off = plugins.as_array().expect("a list").iter().find(|it| it["id"] == "tls");
        assert_eq!(still_off.expect("tls")["enabled"], false);
        let viewer = api.role(Role::Viewer).await;
        let refused = viewer.put("/api/plugins/tls?dryRun=true", json!({"enabled": true})).await;
        refused.is_refusal(403, "NOT_ALLOWED", "Not allowed");
        let on = admin.put("/api/plugins/tls", json!({"enabled": true})).await.json();
        assert_eq!((&on["dryRun"], &on["affected"]), (&json!(false), &concerned));
        until("the link", DEADLINE, async || {
            let shown = admin.get("/api/connections/a").await.json();
            (shown["status"]["connected"] == true).then_some(())
        })
        .await;
    }

    #[tokio::test]
    async fn other_plugins_say_what_stops() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let (url, _port) = closed_port();
        assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
        for (plugin, affected) in [
            ("connections-rest-api", json!({"connections": 1})),
            ("user-profile-edit", json!({"users": Role::ALL.len()})),
        ] {
            let path = format!("/api/plugins/{plugin}?dryRun=true");
            let plan = admin.put(&path, json!({"enabled": false})).await.json();
            assert_eq!(plan["affected"], affected, "{plan}");
            let same = admin.put(&path, json!({"enabled": true})).await.json();
            assert_eq!(same.get("affected"), None, "{same}");
        }
    }
}
