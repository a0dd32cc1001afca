//! What tokens with limits may do, and what they see.

use std::time::Duration;

use haltere_core::Role;
use serde_json::json;

use super::{LIST, TOKENS, token, two_connections};
use crate::test_support::{TestApi, closed_port, connection};

#[tokio::test]
async fn a_read_only_token_changes_nothing() {
    let api = TestApi::start().await;
    let (admin, (url, _port)) = (api.admin().await, closed_port());
    two_connections(&admin, &url).await;
    let (_, program) = token(&api, &admin, "admin", json!({"readOnly": true})).await;
    assert_eq!(program.get(LIST).await.ids(), ["a", "b"]);
    let message = "Not allowed with a read-only token";
    for refused in [
        program.post(LIST, connection("c", &url)).await,
        program.delete("/api/connections/a").await,
        program.patch("/api/connections/a", json!({"name": "x"})).await,
        program.post("/api/connection-test", connection("c", &url)).await,
        program.delete("/api/user-management/users/viewer").await,
        program.put("/api/plugins/tls", json!({"enabled": false})).await,
    ] {
        refused.is_refusal(403, "NOT_ALLOWED", message);
    }
    assert_eq!(admin.get(LIST).await.ids(), ["a", "b"]);
    let audit = api.app.audit().await;
    let line = "connection.delete a denied";
    assert!(audit.iter().any(|it| it.starts_with("admin (token t") && it.ends_with(line)));
}

#[tokio::test]
async fn a_token_for_some_connections_sees_no_others() {
    let api = TestApi::start().await;
    let (admin, (url, _port)) = (api.admin().await, closed_port());
    two_connections(&admin, &url).await;
    for limits in [json!({"connections": ["a"]}), json!({"labels": "site=graz"})] {
        let (_, program) = token(&api, &admin, "admin", limits.clone()).await;
        assert_eq!(program.get(LIST).await.ids(), ["a"], "{limits}");
        assert_eq!(program.get("/api/connections/a").await.status, 200);
        let export = program.get("/api/connection-export").await.json();
        assert_eq!(export["connections"].as_array().map(Vec::len), Some(1));
        let (hidden, unknown) = ("/api/connections/b", "/api/connections/nope");
        for path in ["", "/history", "/certificates", "/advice"] {
            let hidden = program.get(&format!("{hidden}{path}")).await;
            let unknown = program.get(&format!("{unknown}{path}")).await;
            assert_eq!((hidden.status, hidden.text), (unknown.status, unknown.text));
        }
        for refused in [
            program.delete(hidden).await,
            program.patch(hidden, json!({"name": "x"})).await,
            program.post(&format!("{hidden}/disconnect"), json!({})).await,
        ] {
            refused.is_refusal(404, "NOT_FOUND", "Connection not found");
        }
        let labels = json!({"connections": ["a", "b"], "labels": {"x": "y"}});
        assert_eq!(program.post("/api/connection-labels", labels).await.status, 400);

        let audit = program.get("/api/audit").await.json();
        let entries = audit.as_array().or(audit["entries"].as_array()).expect("entries").clone();
        assert!(!entries.is_empty() && entries.iter().all(|entry| entry["object"] == "a"));
        let message = "Not allowed with a token that is limited to some connections";
        for refused in [
            program.get("/api/user-management/users").await,
            program.get(TOKENS).await,
            program.get("/api/plugins").await,
            program.put("/api/plugins/tls", json!({"enabled": false})).await,
        ] {
            refused.is_refusal(403, "NOT_ALLOWED", message);
        }
    }
    assert_eq!(admin.get(LIST).await.ids(), ["a", "b"]);
}

#[tokio::test]
async fn what_a_token_creates_is_within_its_limits() {
    let api = TestApi::start().await;
    let (admin, (url, _port)) = (api.admin().await, closed_port());
    two_connections(&admin, &url).await;
    let labelled = |id: &str, site: &str| {
        let mut body = connection(id, &url);
        body["labels"] = json!({"site": site});
        body
    };
    let (_, program) =
        token(&api, &admin, "connectionManager", json!({"labels": "site=graz"})).await;
    let outside = "labels: must match site=graz, which the token is limited to";
    for refused in [
        program.post(LIST, connection("c", &url)).await,
        program.post(LIST, labelled("c", "wien")).await,
        program.patch("/api/connections/a", json!({"labels": {"site": null}})).await,
        program.put("/api/connections/a", labelled("a", "wien")).await,
        program
            .post("/api/connection-labels", json!({"connections": ["a"], "labels": {"site": "x"}}))
            .await,
    ] {
        refused.is_refusal(403, "NOT_ALLOWED", outside);
    }
    assert_eq!(program.post(LIST, labelled("c", "graz")).await.status, 202);
    assert_eq!(program.get(LIST).await.ids(), ["a", "c"]);
    let file = |site| json!({"format": "haltere-connections", "formatVersion": 1, "connections": [labelled("d", site)]});
    let refused = program.post("/api/connection-import", file("wien")).await;
    assert!(refused.text.contains(outside), "{}", refused.text);
    assert_eq!(program.post("/api/connection-import", file("graz")).await.status, 200);
    assert_eq!(program.get(LIST).await.ids(), ["a", "c", "d"]);

    let (_, program) =
        token(&api, &admin, "connectionManager", json!({"connections": ["b", "c"]})).await;
    let refused = program.post(LIST, connection("e", &url)).await;
    let outside = "id: must be one of the ids that the token is limited to";
    refused.is_refusal(403, "NOT_ALLOWED", outside);
    assert_eq!(program.delete("/api/connections/c").await.status, 200);
    assert_eq!(program.post(LIST, connection("c", &url)).await.status, 202);
    assert_eq!(admin.get(LIST).await.ids(), ["a", "b", "d", "c"]);
}

/// "Give a provisioning script a token that can only create connections under one label and dies in 30 days."
#[tokio::test]
async fn a_token_that_only_creates_under_one_label() {
    let api = TestApi::start().await;
    let (admin, (url, _port)) = (api.admin().await, closed_port());
    two_connections(&admin, &url).await;
    let broker = haltere_testkit::Mosquitto::plain().await;
    let until = api.app.app.clock().now() + Duration::from_hours(30 * 24);
    let body = json!({
        "name": "provisioning", "role": "connectionManager", "validUntil": until.to_string(),
        "labels": "site=graz", "actions": ["connections.create"],
    });
    let created = admin.post(TOKENS, body).await;
    assert_eq!(created.status, 200, "{}", created.text);
    assert_eq!(created.json()["actions"], json!(["connections.create"]));
    let program = api.with_bearer(created.json()["token"].as_str().expect("a secret"));
    assert_eq!(
        program.get("/api/profile").await.json()["permissions"],
        json!(["connections.create", "profile.read"])
    );

    let labelled = |id: &str, url: &str, site: &str| {
        let mut body = connection(id, url);
        body["labels"] = json!({"site": site});
        body
    };
    let outside = "labels: must match site=graz, which the token is limited to";
    for body in [connection("c", &broker.url()), labelled("c", &broker.url(), "wien")] {
        program.post(LIST, body).await.is_refusal(403, "NOT_ALLOWED", outside);
    }
    let up = program.post(LIST, labelled("c", &broker.url(), "graz")).await;
    assert_eq!((up.status.as_u16(), up.ids()), (200, vec!["c".to_owned()]), "no other is shown");
    assert_eq!(program.post(LIST, labelled("d", &url, "graz")).await.status, 202);
    // One that has failed would be overwritten, which is a change.
    let again = program.post(LIST, labelled("d", &broker.url(), "graz")).await;
    again.is_refusal(403, "NOT_ALLOWED", "Connection with the same name/id already exists");

    let file = json!({"format": "haltere-connections", "formatVersion": 1, "connections": [labelled("e", &url, "graz")]});
    let labels = json!({"connections": ["c"], "labels": {"x": "y"}});
    for refused in [
        program.get(LIST).await,
        program.get("/api/connections/c").await,
        program.get("/api/activity").await,
        program.get("/api/connection-export").await,
        program.delete("/api/connections/c").await,
        program.patch("/api/connections/c", json!({"name": "x"})).await,
        program.put("/api/connections/c", labelled("c", &url, "graz")).await,
        program.post("/api/connections/c/disconnect", json!({})).await,
        program.post("/api/connection-labels", labels).await,
        program.post("/api/connection-test", connection("x", &url)).await,
        program.post("/api/connection-import", file).await,
    ] {
        let message = "Not allowed with a token that is limited to other actions";
        refused.is_refusal(403, "NOT_ALLOWED", message);
    }
    assert_eq!(admin.get(LIST).await.ids(), ["a", "b", "c", "d"]);
    let audit = api.app.audit().await;
    let line = "admin (token provisioning) connection.delete c denied".to_owned();
    assert!(audit.contains(&line), "{audit:?}");
}

#[tokio::test]
async fn a_token_that_only_deletes_shows_nothing_of_what_is_left() {
    let api = TestApi::start().await;
    let (admin, (url, _port)) = (api.admin().await, closed_port());
    two_connections(&admin, &url).await;
    let limits = json!({"actions": ["connections.delete"]});
    let (_, program) = token(&api, &admin, "connectionManager", limits).await;
    let gone = program.delete("/api/connections/a").await;
    assert_eq!((gone.status.as_u16(), gone.ids()), (200, Vec::new()));
    assert_eq!(admin.get(LIST).await.ids(), ["b"]);
}

#[tokio::test]
async fn a_token_that_may_not_list_learns_only_of_what_it_changed() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    api.role(Role::Viewer).await;
    let (users, groups) = ("/api/user-management/users", "/api/user-management/groups");
    for name in ["one", "two"] {
        let group = json!({"name": name, "role": "viewer"});
        assert_eq!(admin.post(groups, group).await.status, 200);
    }
    let actions = ["users.update", "groups.update", "groups.delete", "tokens.revoke"];
    let (_, program) = token(&api, &admin, "admin", json!({"actions": actions})).await;
    for list in [users, groups, TOKENS] {
        let message = "Not allowed with a token that is limited to other actions";
        program.get(list).await.is_refusal(403, "NOT_ALLOWED", message);
    }
    let user = program.put(&format!("{users}/viewer"), json!({"disabled": true})).await.json();
    assert_eq!(user.as_array().map(Vec::len), Some(1), "{user}");
    assert_eq!(user[0]["username"], "viewer");
    let group = program.put(&format!("{groups}/one"), json!({"description": "x"})).await.json();
    assert!(group.to_string().contains("one") && !group.to_string().contains("two"), "{group}");
    let left = program.delete(&format!("{groups}/one")).await.json();
    assert!(!left.to_string().contains("two"), "{left}");
    let unknown = format!("{TOKENS}/{}", "0".repeat(64));
    assert_eq!(program.delete(&unknown).await.json(), json!([]));
}

#[tokio::test]
async fn a_token_is_bound_to_its_networks() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (_, program) = token(&api, &admin, "viewer", json!({"networks": ["192.0.2.7"]})).await;
    assert_eq!(program.at(7).get(LIST).await.status, 200);
    program.at(8).get(LIST).await.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
    program.get(LIST).await.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
}
