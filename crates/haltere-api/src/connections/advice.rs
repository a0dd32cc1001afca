//! `GET /api/connections/{connectionId}/advice`

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::ConnectionAdvice;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi_parts::UnknownConnection;
use crate::error::{ApiError, json};
use crate::extract::{PathConnectionId, RequestContext};
use crate::state::ApiState;
use crate::wire::sentence::SentenceView;
use crate::wire::status::StageName;

/// What to try about a connection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectionAdvice)]
pub(crate) struct WireAdvice<'a> {
    /// The code of the failure it is about; absent while there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Cow<'a, str>>,
    /// The stage at which that happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<StageName>,
    /// What to try next, the likeliest first; for people. While the link is up: what could be better.
    advice: Vec<String>,
    /// The same as keys with parameters, one for each line of `advice`.
    advice_keys: Vec<SentenceView>,
}

impl<'a> From<&'a ConnectionAdvice> for WireAdvice<'a> {
    fn from(advice: &'a ConnectionAdvice) -> Self {
        let ConnectionAdvice { failure, advice } = advice;
        Self {
            code: failure.as_ref().map(|failure| failure.code.as_str()),
            stage: failure.as_ref().map(|failure| failure.stage.into()),
            advice: advice.iter().map(ToString::to_string).collect(),
            advice_keys: advice.iter().map(SentenceView::of).collect(),
        }
    }
}

/// Get advice about a connection
///
/// The advice that a test (`POST /api/connection-test`) would give about the link's last failure, without connecting to
/// the broker. `code` is that failure; the status may have changed since.
#[utoipa::path(
    get,
    path = "/api/connections/{connectionId}/advice",
    operation_id = "get_connection_advice",
    tag = "Connections",
    params(PathConnectionId),
    responses(
        (status = 200, description = "The advice; may be empty", body = WireAdvice,
            example = json!({
                "code": "ECONNREFUSED", "stage": "tcp",
                "advice": ["See on the broker's machine whether anything listens on the port: ss -ltn 'sport = :1883'"],
                "adviceKeys": [{"key": "checkListening", "params": {"port": 1883}}],
            })),
        UnknownConnection,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathConnectionId(id): PathConnectionId,
) -> Result<Response, ApiError> {
    let advice = state.app.connections().advice(&context, &id)?;
    Ok(json(StatusCode::OK, &WireAdvice::from(&advice)))
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use haltere_testkit::wait::{DEADLINE, until};
    use haltere_testkit::{Ca, Listener, Mosquitto};
    use serde_json::json;

    use crate::test_support::{TestApi, closed_port, connection, encoded};

    const PATH: &str = "/api/connections/a/advice";

    #[tokio::test]
    async fn a_link_gets_the_advice_a_test_would_give() {
        let ca = Ca::new("factory");
        let listener = Listener::tls(&ca.server(&["press.example"]));
        let broker = Mosquitto::builder().listener(listener).start().await;
        let api = TestApi::start().await;
        let (admin, viewer) = (api.admin().await, api.role(Role::Viewer).await);
        viewer.get(PATH).await.is_refusal(404, "NOT_FOUND", "Connection not found");
        let mut body = connection("a", &broker.url());
        body["ca"] = encoded(&ca.pem());
        assert_eq!(admin.post("/api/connections", body).await.status, 202);
        let shown = viewer.get(PATH).await.json();
        let test = json!({"url": broker.url(), "ca": encoded(&ca.pem())});
        let tested = admin.post("/api/connection-test", test).await.json();
        let expected = json!({
            "code": "ERR_TLS_CERT_ALTNAME_INVALID", "stage": "tls", "advice": tested["advice"],
            "adviceKeys": tested["adviceKeys"],
        });
        assert_eq!(shown, expected);
        // Made of the certificate that was presented.
        assert!(shown["advice"].to_string().contains("mqtts://press.example:"), "{shown}");

        // The link is up, but the broker's identity is not verified.
        admin.patch("/api/connections/a", json!({"rejectUnauthorized": false})).await;
        let better = until("the link", DEADLINE, async || {
            let shown = admin.get(PATH).await.json();
            shown.get("code").is_none().then_some(shown).filter(|it| it["advice"] != json!([]))
        })
        .await;
        assert!(better["advice"].to_string().contains("the field ca"), "{better}");

        admin.post("/api/connections/a/disconnect", json!({})).await;
        let nothing = until("the link's end", DEADLINE, async || {
            let shown = admin.get(PATH).await.json();
            (shown["advice"] == json!([])).then_some(shown)
        })
        .await;
        assert_eq!(nothing, json!({"advice": [], "adviceKeys": []}));
    }

    #[tokio::test]
    async fn it_is_for_those_who_see_connections() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        api.admin().await.post("/api/connections", connection("a", &url)).await;
        let monitoring = api.role(Role::MonitoringViewer).await;
        monitoring.get(PATH).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
        let shown = api.role(Role::Editor).await.get(PATH).await.json();
        assert_eq!((&shown["code"], &shown["stage"]), (&json!("ECONNREFUSED"), &json!("tcp")));
    }
}
