//! Changes are refused while they could not be audited everywhere they have to be.

use std::sync::Arc;
use std::time::Duration;

use haltere_app::audit_sinks::SinkSettings;
use haltere_app::testing::{MemorySink, TestConfig};
use haltere_core::Role;
use haltere_testkit::wait::until;
use http::Method;
use serde_json::json;

use crate::test_support::{Client, TestApi, TestResponse, closed_port, connection};

const DEADLINE: Duration = Duration::from_secs(20);

fn strict(sink: &Arc<MemorySink>, is_required: bool) -> impl FnOnce(&mut TestConfig) {
    let sink = SinkSettings { sink: Arc::<MemorySink>::clone(sink), is_required };
    move |config| {
        config.settings.audit.strict = Some(1_000);
        config.settings.audit_sinks = vec![sink];
    }
}

/// Creates a connection, again and again until that has this status.
async fn create_until(admin: &Client, status: u16) -> TestResponse {
    let (url, _port) = closed_port();
    until(&status.to_string(), DEADLINE, async || {
        let response = admin.post("/api/connections", connection("a", &url)).await;
        (response.status == status).then_some(response)
    })
    .await
}

#[tokio::test]
async fn changes_are_refused_while_a_required_sink_fails_and_go_on_by_themselves() {
    let sink = Arc::<MemorySink>::default();
    let api = TestApi::start_with(strict(&sink, true)).await;
    let admin = api.admin().await;
    create_until(&admin, 202).await;
    sink.fail(Some("full"));
    // The entry of this change is what the sink does not take.
    admin.patch("/api/connections/a", json!({"name": "A"})).await;
    let refused = until("a refusal", DEADLINE, async || {
        let response = admin.patch("/api/connections/a", json!({"name": "B"})).await;
        (response.status == 503).then_some(response)
    })
    .await;
    assert_eq!(refused.json()["code"], "AUDIT_UNAVAILABLE");
    assert_eq!(
        refused.json()["message"],
        "Changes are refused while a required copy of the audit trail can't be written"
    );
    assert!(refused.headers.contains_key("retry-after"));

    for (method, target, body) in [
        (Method::DELETE, "/api/connections/a", json!(null)),
        (Method::PUT, "/api/plugins/tls", json!({"enabled": false})),
        (Method::PUT, "/api/profile", json!({"oldPassword": "x", "newPassword": "y"})),
        (Method::POST, "/api/user-management/users", json!({"username": "eve", "roles": []})),
        (Method::POST, "/api/invitation", json!({"token": "x", "password": "y"})),
    ] {
        let refused = admin.json(method, target, body).await;
        assert_eq!(
            (&refused.json()["code"], refused.status.as_u16()),
            (&json!("AUDIT_UNAVAILABLE"), 503),
            "{target}"
        );
    }
    for target in ["/api/connections/a", "/api/audit", "/api/system/tasks", "/readyz"] {
        assert_eq!(admin.get(target).await.status, 200, "{target}");
    }
    // A login, and the end of one's own sessions.
    let other = api.role(Role::Viewer).await;
    assert_eq!(other.delete("/api/profile/sessions").await.status, 200);

    sink.fail(None);
    until("a change", DEADLINE, async || {
        let response = admin.patch("/api/connections/a", json!({"name": "C"})).await;
        (response.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_sink_that_is_not_required_refuses_nothing() {
    let sink = Arc::<MemorySink>::default();
    sink.fail(Some("full"));
    let api = TestApi::start_with(strict(&sink, false)).await;
    let admin = api.admin().await;
    until("a failure", DEADLINE, async || {
        (api.app.app.metrics().failed_audit_deliveries > 0).then_some(())
    })
    .await;
    let (url, _port) = closed_port();
    assert_eq!(admin.post("/api/connections", connection("a", &url)).await.status, 202);
}
