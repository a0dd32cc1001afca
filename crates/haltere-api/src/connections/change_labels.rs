//! `POST /api/connection-labels`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::LabelsChanged;
use haltere_core::{ConnectionId, LabelChanges};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::{ApiError, ErrorBody, json};
use crate::extract::{JsonBody, RequestContext};
use crate::state::ApiState;
use crate::wire::fields::{Faults, FieldFault, Fields, Invalid};
use crate::wire::labels::{self, LabelChangesBody, MAX_CONNECTIONS};

/// How many connections were changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LabelsChanged)]
pub(crate) struct WireLabelsChanged {
    changed: usize,
    /// How many had these labels already.
    unchanged: usize,
}

/// Change labels of many connections
///
/// Sets and removes labels of connections. If one of them does not exist, or would have more than 16 labels, nothing is
/// changed. Links are not affected.
#[utoipa::path(
    post,
    path = "/api/connection-labels",
    operation_id = "change_labels",
    tag = "Connections",
    request_body = LabelChangesBody,
    responses(
        (status = 200, description = "All connections have these labels now", body = WireLabelsChanged,
            example = json!({"changed": 2, "unchanged": 0})),
        (status = 400, description = "Invalid body; nothing was changed", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "connections: there is none with the id \"press-4\""})),
        (status = 403, description = "Insufficient role, or the labels would exceed the budget of all connections", body = ErrorBody,
            example = json!({"code": "NOT_ALLOWED", "message": "Not allowed"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let (ids, changes) = read(body)?;
    let done = state.app.connections().change_labels(&context, ids, changes).await?;
    let LabelsChanged { changed, unchanged } = done;
    Ok(json(StatusCode::OK, &WireLabelsChanged { changed, unchanged }))
}

fn read(body: Value) -> Result<(Vec<ConnectionId>, LabelChanges), Invalid> {
    let mut fields = Fields::of_body(body)?;
    let ids = fields.strings("connections")?;
    let ids = ids.ok_or_else(|| fields.fault("connections", &FieldFault::Missing))?;
    if ids.len() > MAX_CONNECTIONS {
        return Err(fields.refuse("connections", format!("must be at most {MAX_CONNECTIONS} ids")));
    }
    let id = |id: &String| ConnectionId::parse(id).map_err(|why| fields.fault("connections", &why));
    let ids = ids.iter().map(id).collect::<Result<_, _>>()?;
    let mut faults = Faults::default();
    let changes = labels::read_changes(&mut fields, &mut faults);
    if let Some(mut faults) = faults.found() {
        return Err(faults.swap_remove(0));
    }
    if changes.changes.is_empty() && !changes.replaces_all {
        return Err(fields.fault("labels", &FieldFault::Missing));
    }
    fields.finish()?;
    Ok((ids, changes))
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use serde_json::json;

    use crate::test_support::{TestApi, closed_port, connection};

    const PATH: &str = "/api/connection-labels";

    #[tokio::test]
    async fn labels_of_many_are_set_and_removed() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let (url, _port) = closed_port();
        for id in ["a", "b/1"] {
            let mut body = connection(id, &url);
            body["labels"] = json!({"line": "2"});
            assert_eq!(admin.post("/api/connections", body).await.status, 202);
        }
        let labels = json!({"site": "graz", "line": null});
        let body = json!({"connections": ["a", "b/1"], "labels": labels});
        let viewer = api.role(Role::Viewer).await.post(PATH, body.clone()).await;
        viewer.is_refusal(403, "NOT_ALLOWED", "Not allowed");
        let done = admin.post(PATH, body.clone()).await;
        assert_eq!(
            (done.status.as_u16(), done.json()),
            (200, json!({"changed": 2, "unchanged": 0}))
        );
        for id in ["a", "b%2F1"] {
            let shown = admin.get(&format!("/api/connections/{id}")).await.json();
            assert_eq!(shown["labels"], json!({"site": "graz"}));
        }
        assert_eq!(admin.post(PATH, body).await.json(), json!({"changed": 0, "unchanged": 2}));

        for (body, why) in [
            (json!({"labels": {"a": "b"}}), "connections: is missing"),
            (json!({"connections": ["a"]}), "labels: is missing"),
            (json!({"connections": ["a"], "labels": {}}), "labels: is missing"),
            (json!({"connections": "a", "labels": null}), "connections: must be a list of strings"),
            (json!({"connections": [""], "labels": null}), "connections: must not be empty"),
            (
                json!({"connections": ["a", "x"], "labels": {"new": "1"}}),
                "connections: there is none with the id \"x\"",
            ),
            (json!({"connections": ["a"], "labels": {"a": 1}}), "labels.a: must be a string"),
            (json!({"connections": ["a"], "labels": null, "x": 1}), "x: unknown property"),
        ] {
            admin.post(PATH, body).await.is_refusal(400, "INVALID", why);
        }
        let kept = admin.get("/api/connections/a").await.json();
        assert_eq!(kept["labels"], json!({"site": "graz"}), "nothing was changed");
        let none = json!({"connections": ["a"], "labels": null});
        assert_eq!(admin.post(PATH, none).await.status, 200);
        assert_eq!(admin.get("/api/connections/a").await.json().get("labels"), None);
    }
}
