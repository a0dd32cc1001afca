//! `POST /api/connections/{connectionId}/disconnect`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::ChangeOptions;

use super::openapi_parts::{BadParameter, OutdatedVersion, UnknownConnection};
use super::secrets::SecretsQuery;
use super::single;
use crate::error::ApiError;
use crate::extract::{IfMatch, PathConnectionId, Query, RequestContext};
use crate::state::ApiState;
use crate::wire::connection::WireConnection;

/// Disconnect a connection
///
/// Takes the link down. It stays down, also after restarts, until a user connects it.
#[utoipa::path(
    post,
    path = "/api/connections/{connectionId}/disconnect",
    operation_id = "disconnect_connection",
    tag = "Connections",
    params(PathConnectionId, SecretsQuery, IfMatch),
    responses(
        (status = 200, description = "The connection with its status right now", body = WireConnection,
            headers(("ETag" = String, description = "Identifies the stored version; does not depend on the status of the link"))),
        BadParameter,
        UnknownConnection,
        OutdatedVersion,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathConnectionId(id): PathConnectionId,
    IfMatch(condition): IfMatch,
    Query(query): Query<SecretsQuery>,
) -> Result<Response, ApiError> {
    let options = ChangeOptions { secrets: query.wanted(), condition };
    let connection = state.app.connections().disconnect(&context, &id, options).await?;
    Ok(single::response(connection))
}

#[cfg(test)]
mod tests {
    use haltere_testkit::Mosquitto;
    use haltere_testkit::wait::{DEADLINE, until};
    use serde_json::json;

    use crate::test_support::{TestApi, connection};

    #[tokio::test]
    async fn down_on_purpose_and_up_again_with_a_history() {
        let (mut api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let admin = api.admin().await;
        assert_eq!(
            admin.post("/api/connections", connection("a", &broker.url())).await.status,
            200
        );
        assert_eq!(admin.post("/api/connections/a/disconnect", json!({})).await.status, 200);
        let shown = |state: &'static str, client: crate::test_support::Client| async move {
            until(state, DEADLINE, async || {
                let shown = client.get("/api/connections/a").await.json();
                (shown["status"]["state"] == state).then_some(shown)
            })
            .await
        };
        let idle = shown("idle", api.admin().await).await;
        assert_eq!(
            (&idle["status"]["connected"], idle["status"].get("error")),
            (&json!(false), None)
        );

        api = api.restart().await;
        let admin = api.admin().await;
        assert_eq!(shown("idle", api.admin().await).await["status"]["state"], "idle");
        assert_eq!(admin.post("/api/connections/a/connect", json!({})).await.status, 200);
        shown("online", api.admin().await).await;
        let history = admin.get("/api/connections/a/history").await.json();
        let states: Vec<_> =
            history.as_array().expect("a list").iter().map(|c| &c["state"]).collect();
        assert_eq!(states.first(), Some(&&json!("online")), "{history}");
    }
}
