//! `PATCH /api/connections/{connectionId}`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::ChangeOptions;

use super::openapi_parts::{OutdatedVersion, UnknownConnection};
use super::secrets::SecretsQuery;
use super::single;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{IfMatch, JsonBody, PathConnectionId, Query, RequestContext};
use crate::state::ApiState;
use crate::wire::connection::WireConnection;
use crate::wire::connection_patch::{self, ConnectionPatchBody};

/// Change a connection
///
/// A JSON merge patch (RFC 7396): what is absent stays, `null` removes. The response does not wait for
/// the link.
///
/// Where secrets are write-only (`connections.secrets`), a change of scheme, host, port or path, of `ca` or
/// `rejectUnauthorized` has to bring the password and the key again: they go only where they were entered for.
#[utoipa::path(
    patch,
    path = "/api/connections/{connectionId}",
    operation_id = "patch_connection",
    tag = "Connections",
    params(PathConnectionId, SecretsQuery, IfMatch),
    request_body(content(
        (ConnectionPatchBody = "application/merge-patch+json"),
        (ConnectionPatchBody = "application/json"),
    )),
    responses(
        (status = 200, description = "The connection after the change", body = WireConnection,
            headers(("ETag" = String, description = "Identifies the stored version; does not depend on the status of the link"))),
        (status = 400, description = "Invalid body; nothing was changed", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "url: can't be removed"})),
        (status = 403, description = "Insufficient role, or another connection has the name", body = ErrorBody,
            examples(("nameTaken" = (value = json!({"code": "NOT_ALLOWED", "message": "Connection with either the same name or id already exists"}))))),
        UnknownConnection,
        OutdatedVersion,
        (status = 409, description = "The stored connection can't be read, so it can't be patched; replace it", body = ErrorBody,
            example = json!({"code": "CONFLICT", "message": "the stored connection can't be read: credentials.password: was sealed with another key"})),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathConnectionId(id): PathConnectionId,
    IfMatch(condition): IfMatch,
    Query(query): Query<SecretsQuery>,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let options = ChangeOptions { secrets: query.wanted(), condition };
    let patch = connection_patch::read(body, &id)?;
    let connection = state.app.connections().patch(&context, &id, patch, options).await?;
    Ok(single::response(connection))
}

#[cfg(test)]
mod tests {
    use haltere_testkit::Mosquitto;
    use haltere_testkit::wait::{DEADLINE, until};
    use serde_json::json;

    use crate::test_support::{TestApi, closed_port, connection};

    const PATH: &str = "/api/connections/a";

    #[tokio::test]
    async fn a_patch_repairs_a_connection() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
        let body = json!({ "url": broker.url() }).to_string();
        let merge_patch = "application/merge-patch+json";
        let response = admin.text(http::Method::PATCH, PATH, merge_patch, &body).await;
        assert_eq!(
            (response.status.as_u16(), &response.json()["url"]),
            (200, &json!(broker.url()))
        );
        until("the link", DEADLINE, async || {
            let shown = admin.get(PATH).await.json();
            (shown["status"]["connected"] == true).then_some(())
        })
        .await;
    }

    #[tokio::test]
    async fn null_removes_and_absent_keeps() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        let mut body = connection("a", &url);
        body["credentials"] = json!({"username": "u", "password": "hunter2", "clientId": "c"});
        body["rejectUnauthorized"] = json!(true);
        assert_eq!(admin.post("/api/connections", body).await.status, 202);
        let response = admin.patch(PATH, json!({"credentials": {"clientId": null}})).await;
        let kept = json!({"username": "u", "password": "hunter2"});
        assert_eq!(response.json()["credentials"], kept);
        let response =
            admin.patch(PATH, json!({"credentials": null, "rejectUnauthorized": null})).await;
        assert_eq!(response.json().get("credentials"), None);
        assert_eq!(response.json().get("rejectUnauthorized"), None);
        assert_eq!(response.json()["name"], json!("Broker a"));
        let asked = json!({"alpn": ["mqtt"], "serverName": "b.example"});
        assert_eq!(admin.patch(PATH, json!({ "tls": asked })).await.json()["tls"], asked);
        let response = admin.patch(PATH, json!({"tls": {"alpn": []}})).await;
        assert_eq!(response.json()["tls"], json!({"serverName": "b.example"}));
        assert_eq!(admin.patch(PATH, json!({"tls": null})).await.json().get("tls"), None);
        // It would be dropped without a word.
        let lost = json!({"credentials": {"password": "hunter3"}});
        admin.patch(PATH, lost).await.is_refusal(
            400,
            "INVALID",
            "credentials.username: is missing; a password needs one",
        );
        admin.patch(PATH, json!({"url": null})).await.is_refusal(
            400,
            "INVALID",
            "url: can't be removed",
        );
    }

    #[tokio::test]
    async fn labels_are_merged_and_leave_the_link_alone() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let admin = api.admin().await;
        let mut body = connection("a", &broker.url());
        body["labels"] = json!({"site": "graz", "line": "2"});
        assert_eq!(admin.post("/api/connections", body.clone()).await.status, 200);
        let since = admin.get(PATH).await.json()["status"]["timestamp"].take();
        for (patch, labels) in [
            (json!({"labels": {"line": "3"}}), json!({"site": "graz", "line": "3"})),
            (json!({"labels": {"site": null, "x.y/z": ""}}), json!({"line": "3", "x.y/z": ""})),
            (json!({"name": "Other"}), json!({"line": "3", "x.y/z": ""})),
            (json!({"labels": {}}), json!({"line": "3", "x.y/z": ""})),
            (json!({"labels": null}), serde_json::Value::Null),
        ] {
            let changed = admin.patch(PATH, patch.clone()).await.json();
            assert_eq!(changed["labels"], labels, "{patch}");
            assert_eq!(changed["status"]["state"], "online", "{patch}");
        }
        // What a replacement leaves out is gone.
        for labels in [Some(json!({"site": "wien"})), None] {
            body["labels"] = labels.clone().unwrap_or_default();
            if labels.is_none() {
                body.as_object_mut().expect("an object").remove("labels");
            }
            let changed = admin.put(PATH, body.clone()).await.json();
            assert_eq!(changed.get("labels"), labels.as_ref());
        }
        let many = json!({"connections": ["a"], "labels": {"site": "linz"}});
        assert_eq!(admin.post("/api/connection-labels", many).await.status, 200);
        let shown = admin.get(PATH).await.json();
        assert_eq!(
            (&shown["status"]["timestamp"], &shown["labels"]),
            (&since, &json!({"site": "linz"}))
        );
        // Had the link gone down at any time, it would be in its history.
        let history = admin.get("/api/connections/a/history").await.text;
        assert_eq!(history.matches("\"online\"").count(), 1, "{history}");
    }

    #[tokio::test]
    async fn labels_do_not_make_a_link_try_again() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let (url, _port) = closed_port();
        assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
        let attempt = |shown: &serde_json::Value| shown["status"]["attempt"].as_u64();
        until("the second retry", DEADLINE, async || {
            (attempt(&admin.get(PATH).await.json()) >= Some(3)).then_some(())
        })
        .await;
        // An edit begins with the first attempt again.
        let labels = json!({"labels": {"site": "graz"}});
        let changed = admin.patch(PATH, labels.clone()).await.json();
        assert!(attempt(&changed) >= Some(3), "{changed}");
        let many = json!({"connections": ["a"], "labels": {"line": "2"}});
        assert_eq!(admin.post("/api/connection-labels", many).await.status, 200);
        for shown in
            [admin.get(PATH).await.json(), admin.get("/api/connections").await.json()[0].take()]
        {
            assert!(attempt(&shown) >= Some(3), "{shown}");
            assert_eq!(shown["labels"], json!({"site": "graz", "line": "2"}));
        }
        // The link is the one that is edited next.
        let moved = json!({"url": "mqtt://localhost:1"});
        assert_eq!(admin.patch(PATH, moved).await.json()["status"]["attempt"], 1);
        // A create over a connection that fails dials again, whatever is new.
        until("a failure", DEADLINE, async || {
            let shown = admin.get(PATH).await.json();
            (shown["status"]["state"] == "waiting").then_some(())
        })
        .await;
        assert_eq!(admin.patch(PATH, labels).await.status, 200);
        let mut body = connection("a", "mqtt://localhost:1");
        body["labels"] = json!({"site": "wien"});
        assert_eq!(admin.post("/api/connections", body).await.status, 202);
    }

    #[tokio::test]
    async fn bad_labels_are_named_and_change_nothing() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let (url, _port) = closed_port();
        let mut body = connection("a", &url);
        body["labels"] = json!({"site": "graz"});
        assert_eq!(admin.post("/api/connections", body.clone()).await.status, 202);
        let many: serde_json::Map<_, _> = (0..16).map(|n| (format!("k{n}"), json!(""))).collect();
        for (labels, start) in [
            (json!({"site": "-"}), "labels.site: the value must be at most 63 letters"),
            (json!({"a b": "x"}), "labels.a b: the key must be 1 to 63 letters"),
            (json!({"X/a": "x"}), "labels.X/a: what precedes \"/\" in the key must be"),
            (json!({"site": 1}), "labels.site: must be a string"),
            (json!([]), "labels: must be an object"),
            (json!(many), "labels: must be at most 16 labels"),
        ] {
            let patched = admin.patch(PATH, json!({ "labels": labels })).await;
            let message = patched.json()["message"].take();
            assert_eq!(patched.status, 400, "{message}");
            assert!(message.as_str().expect("a text").starts_with(start), "{message}");
            if labels.as_object().is_none_or(|labels| labels.len() < 16) {
                body["labels"] = labels;
                let replaced = admin.put(PATH, body.clone()).await;
                assert_eq!(
                    (replaced.status.as_u16(), replaced.json()["message"].take()),
                    (400, message)
                );
            }
        }
        let named = admin.patch(PATH, json!({"labels": {"site": "\u{202e}"}})).await.json();
        assert_eq!(named["fault"], json!({"key": "labelText", "params": {"max": 63}}));
        assert_eq!(admin.get(PATH).await.json()["labels"], json!({"site": "graz"}));
    }
}
