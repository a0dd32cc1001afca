//! What an administrator sees as another user, what is refused, and how it ends.

use axum::body::Body;
use haltere_app::testing::TestApp;
use haltere_core::Role;
use haltere_testkit::wait::{DEADLINE, until, within};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::test_support::{Client, TestApi, TestResponse, closed_port, connection};

const VIEW: &str = "/api/view-as";
const PROFILE: &str = "/api/profile";
const LIST: &str = "/api/connections";
const USERS: &str = "/api/user-management/users";
const GROUPS: &str = "/api/user-management/groups";
const ONLY_VIEW: &str = "Not allowed while you see haltere as another user does";

async fn view_as(client: &Client, name: &str) -> TestResponse {
    client.post(VIEW, json!({"userName": name})).await
}

/// Two connections, and a group of the viewer with one of them.
async fn with_a_group(api: &TestApi, admin: &Client) {
    let (url, _port) = closed_port();
    let connections = ["a", "b"].map(|id| {
        let mut body = connection(id, &url);
        body["disconnected"] = json!(true);
        body["credentials"] = json!({"username": "u", "password": "p"});
        body
    });
    let file =
        json!({"format": "haltere-connections", "formatVersion": 1, "connections": connections});
    let import = admin.post("/api/connection-import", file).await;
    assert_eq!(import.status, 200, "{}", import.text);
    let group = json!({"name": "g", "role": "viewer", "users": ["viewer"], "connections": ["a"]});
    assert_eq!(admin.post(GROUPS, group).await.status, 200);
    assert_eq!(api.role(Role::Viewer).await.get(LIST).await.ids(), ["a"]);
}

/// Waits until the client sees haltere as `name`.
async fn until_seen_as(client: &Client, name: &str) -> Value {
    until(&format!("the profile of {name}"), DEADLINE, async || {
        let profile = client.get(PROFILE).await.json();
        (profile["username"] == name).then_some(profile)
    })
    .await
}

#[tokio::test]
async fn an_administrator_sees_what_another_user_sees_until_they_stop() {
    let api = TestApi::start().await;
    let (admin, other) = (api.admin().await, api.admin().await);
    with_a_group(&api, &admin).await;
    let begun = view_as(&admin, "viewer").await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    let profile = begun.json();
    assert_eq!((&profile["username"], &profile["viewedBy"]), (&json!("viewer"), &json!("admin")));
    assert_eq!((&profile["isAdmin"], &profile["isViewer"]), (&json!(false), &json!(true)));
    assert_eq!(profile["groups"][0]["name"], "g");
    assert_eq!(
        profile["permissions"],
        json!([
            "connections.list",
            "activity.list",
            "events.follow",
            "profile.read",
            "profile.stop-viewing-as"
        ])
    );
    assert_eq!(admin.get(PROFILE).await.json(), profile);
    assert_eq!(admin.get(LIST).await.ids(), ["a"]);
    let hidden = admin.get("/api/connections/b").await;
    hidden.is_refusal(404, "NOT_FOUND", "Connection not found");
    for (path, message) in [(USERS, "Not allowed"), ("/api/profile/sessions", ONLY_VIEW)] {
        admin.get(path).await.is_refusal(403, "NOT_ALLOWED", message);
    }
    assert_eq!(other.get(LIST).await.ids(), ["a", "b"], "another session of the same user");

    let stopped = admin.delete(VIEW).await;
    assert_eq!(stopped.status, 200, "{}", stopped.text);
    assert_eq!(stopped.json()["username"], "admin");
    assert_eq!(stopped.json().get("viewedBy"), None);
    assert_eq!(admin.get(LIST).await.ids(), ["a", "b"]);
    assert_eq!(admin.delete(VIEW).await.json(), stopped.json(), "there is nothing to stop");
    let audit = api.app.audit().await;
    let views = audit.iter().filter(|line| line.contains("user.view_as"));
    assert_eq!(views.collect::<Vec<_>>(), ["admin user.view_as viewer success"; 2]);
}

#[tokio::test]
async fn nothing_can_be_changed_meanwhile_and_the_administrator_answers_for_the_attempt() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    with_a_group(&api, &admin).await;
    assert_eq!(view_as(&admin, "connectionManager").await.status, 200);
    assert_eq!(admin.get(LIST).await.ids(), ["a", "b"]);
    admin.delete("/api/connections/a").await.is_refusal(403, "NOT_ALLOWED", ONLY_VIEW);
    let password =
        json!({"oldPassword": TestApp::PASSWORD, "password": "another long pass phrase"});
    admin.put(PROFILE, password).await.is_refusal(403, "NOT_ALLOWED", ONLY_VIEW);
    admin.delete("/api/profile/sessions").await.is_refusal(403, "NOT_ALLOWED", ONLY_VIEW);
    // The view is that of somebody who could not begin one.
    view_as(&admin, "viewer").await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    // Secrets that the user may read are read by the administrator.
    assert!(admin.get(LIST).await.text.contains("\"password\""));
    let audit = api.app.audit().await;
    for line in [
        "admin connection.delete a denied",
        "admin user.password  denied",
        "admin session.end  denied",
        "admin user.view_as  denied",
        "admin connection.read_secrets  success",
    ] {
        assert!(audit.contains(&line.to_owned()), "{line}: {audit:?}");
    }
    assert!(!audit.iter().any(|line| line.starts_with("connectionManager")), "{audit:?}");
}

#[tokio::test]
async fn no_view_within_a_view_nor_of_oneself_nor_of_users_who_can_not_log_in() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for (body, message) in [
        (json!({}), "userName: is missing"),
        (json!({"userName": 1}), "userName: must be a string"),
        (json!({"userName": "viewer", "role": "admin"}), "role: unknown property"),
        (json!({"userName": "admin"}), "userName: must be another user"),
    ] {
        admin.post(VIEW, body).await.is_refusal(400, "INVALID", message);
    }
    for name in ["nobody", ""] {
        view_as(&admin, name).await.is_refusal(410, "GONE", "User does not exist");
    }
    let disabled = json!({"disabled": true});
    assert_eq!(admin.put(&format!("{USERS}/editor"), disabled).await.status, 200);
    view_as(&admin, "editor").await.is_refusal(400, "INVALID", "userName: is disabled");
    let chief = json!({"username": "chief", "password": TestApp::PASSWORD, "roles": ["admin"]});
    assert_eq!(admin.post(USERS, chief).await.status, 200);
    assert_eq!(view_as(&admin, "chief").await.json()["viewedBy"], "admin");
    view_as(&admin, "viewer").await.is_refusal(403, "NOT_ALLOWED", ONLY_VIEW);
    let viewer = api.role(Role::Viewer).await;
    view_as(&viewer, "admin").await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    assert_eq!(viewer.get(PROFILE).await.json()["username"], "viewer");
}

#[tokio::test]
async fn another_administrator_shows_no_more_than_ones_own() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    with_a_group(&api, &admin).await;
    for name in ["chief", "narrowed"] {
        let user = json!({"username": name, "password": TestApp::PASSWORD, "roles": ["admin"]});
        assert_eq!(admin.post(USERS, user).await.status, 200);
    }
    let users = json!({"users": ["viewer", "narrowed"]});
    assert_eq!(admin.put(&format!("{GROUPS}/g"), users).await.status, 200);
    let login = json!({"username": "narrowed", "password": TestApp::PASSWORD});
    let login = api.anonymous().post("/auth", login).await;
    let cookie = login.header("set-cookie").expect("a cookie");
    let narrowed = api.with_cookie(cookie.split(';').next().expect("a pair"));
    assert_eq!(narrowed.get(LIST).await.ids(), ["a"]);
    assert_eq!(view_as(&narrowed, "chief").await.status, 200);
    let list = narrowed.get(LIST).await;
    assert_eq!(list.ids(), ["a"]);
    assert!(!list.text.contains("\"password\""), "the group gives only the role viewer");
    narrowed.get("/api/connections/b").await.is_refusal(404, "NOT_FOUND", "Connection not found");
    // What the own groups give counts as of now.
    let more = json!({"connections": ["a", "b"]});
    assert_eq!(admin.put(&format!("{GROUPS}/g"), more).await.status, 200);
    assert_eq!(narrowed.get(LIST).await.ids(), ["a", "b"]);
}

#[tokio::test]
async fn a_view_follows_its_user_and_ends_with_them() {
    let api = TestApi::start().await;
    let (admin, other) = (api.admin().await, api.admin().await);
    with_a_group(&api, &other).await;
    view_as(&admin, "viewer").await;
    assert_eq!(admin.get(LIST).await.ids(), ["a"]);
    let both = json!({"connections": ["a", "b"]});
    assert_eq!(other.put(&format!("{GROUPS}/g"), both).await.status, 200);
    assert_eq!(admin.get(LIST).await.ids(), ["a", "b"]);

    let path = format!("{USERS}/viewer");
    assert_eq!(other.put(&path, json!({"roles": ["monitoringViewer"]})).await.status, 200);
    until("the new role", DEADLINE, async || {
        (admin.get(PROFILE).await.json()["isMonitoringViewer"] == json!(true)).then_some(())
    })
    .await;
    assert_eq!(other.put(&path, json!({"disabled": true})).await.status, 200);
    until_seen_as(&admin, "admin").await;

    view_as(&admin, "editor").await;
    assert_eq!(other.delete(&format!("{USERS}/editor")).await.status, 200);
    let own = until_seen_as(&admin, "admin").await;
    assert_eq!(own.get("viewedBy"), None);
}

#[tokio::test]
async fn a_view_ends_with_the_session_and_with_the_role_of_the_administrator() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let chief = json!({"username": "chief", "password": TestApp::PASSWORD, "roles": ["admin"]});
    assert_eq!(admin.post(USERS, chief).await.status, 200);
    let log_in = async || {
        let login = json!({"username": "chief", "password": TestApp::PASSWORD});
        let login = api.anonymous().post("/auth", login).await;
        let cookie = login.header("set-cookie").expect("a cookie");
        api.with_cookie(cookie.split(';').next().expect("a pair"))
    };
    let chief = log_in().await;
    view_as(&chief, "viewer").await;
    assert_eq!(chief.get("/logout").await.status, 302);
    assert_eq!(chief.get(PROFILE).await.status, 401);
    assert_eq!(api.app.audit().await[0], "chief session.logout  success");
    assert_eq!(log_in().await.get(PROFILE).await.json()["username"], "chief");

    let chief = log_in().await;
    view_as(&chief, "viewer").await;
    let viewer = json!({"roles": ["viewer"]});
    assert_eq!(admin.put(&format!("{USERS}/chief"), viewer).await.status, 200);
    until("the session to end", DEADLINE, async || {
        (chief.get(PROFILE).await.status == 401).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_was_begun_before_ends_at_its_begin_and_at_its_end() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let follow = async || {
        let request = Request::get("/api/events").body(Body::empty()).expect("a request");
        let response = admin.open(request).await;
        assert_eq!(response.status(), 200);
        response.into_body()
    };
    let own = tokio::spawn(follow().await.collect());
    view_as(&admin, "viewer").await;
    within("the own stream to end", DEADLINE, own).await.expect("no panic").expect("readable");
    let of_viewer = tokio::spawn(follow().await.collect());
    admin.delete(VIEW).await;
    within("the other stream to end", DEADLINE, of_viewer)
        .await
        .expect("no panic")
        .expect("readable");
}

#[tokio::test]
async fn without_user_management_no_view_begins_and_one_can_still_be_stopped() {
    let api = TestApi::start().await;
    let (admin, other) = (api.admin().await, api.admin().await);
    view_as(&admin, "viewer").await;
    let off = json!({"enabled": false});
    assert_eq!(other.put("/api/plugins/user-management", off).await.status, 200);
    view_as(&other, "viewer").await.is_refusal(404, "NOT_FOUND", "Plugin not found");
    assert_eq!(admin.delete(VIEW).await.json()["username"], "admin");
}
