//! Routes that are ours alone refuse parameters that they don't know.

use http::Method;
use serde_json::json;

use crate::test_support::TestApi;

#[tokio::test]
async fn an_unknown_parameter_changes_and_shows_nothing() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let before = admin.get("/api/plugins").await.text;
    for (method, target, body, name) in [
        (Method::GET, "/api/audit?acter=ann", json!(null), "acter"),
        (Method::GET, "/api/audit?label=site", json!(null), "label"),
        (Method::GET, "/api/activity?label=site&Kind=failures", json!(null), "Kind"),
        (Method::GET, "/api/connection-export?labels=site", json!(null), "labels"),
        (Method::GET, "/api/events?labels=site", json!(null), "labels"),
        (Method::POST, "/api/connection-import?dryrun=true", json!([]), "dryrun"),
        (Method::POST, "/api/connection-test?id=a", json!({}), "id"),
        (Method::PUT, "/api/plugins/tls?dryrun=true", json!({"enabled": false}), "dryrun"),
    ] {
        let refused = if method == Method::GET {
            admin.get(target).await
        } else {
            admin.json(method, target, body).await
        };
        let why = format!("{name}: is no parameter of this request");
        refused.is_refusal(400, "INVALID", &why);
    }
    assert_eq!(admin.get("/api/plugins").await.text, before);
    // What the management center for Mosquitto answers, too, ignores them as it does.
    assert_eq!(admin.get("/api/connections?x=1").await.status, 200);
}
