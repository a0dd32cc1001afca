//! Statuses and messages one by one, as clients of the management center for Mosquitto know them.

use haltere_app::testing::TestApp;
use haltere_core::Role;
use haltere_testkit::wait::{DEADLINE, until};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::test_support::{Client, TestApi, TestResponse};

const ROLES: &str = "/api/user-management/roles";
const USERS: &str = "/api/user-management/users";
const PASSWORD: &str = "wind over the dunes";

fn ann() -> Value {
    json!({"username": "ann", "password": PASSWORD, "roles": ["viewer", "connectionManager"]})
}

fn path(name: &str) -> String {
    format!("{USERS}/{name}")
}

#[track_caller]
fn names(response: &TestResponse) -> Vec<String> {
    assert_eq!(response.status, 200, "{}", response.text);
    let list = response.json();
    let list = list.as_array().expect("a list");
    list.iter().map(|user| user["username"].as_str().expect("a name").to_owned()).collect()
}

fn user(response: &TestResponse, name: &str) -> Value {
    let list = response.json();
    let found = list.as_array().expect("a list").iter().find(|user| user["username"] == name);
    found.unwrap_or_else(|| panic!("{name}: {}", response.text)).clone()
}

#[track_caller]
fn names_the_field(response: &TestResponse, message: &str, field: &str) {
    response.is_refusal(400, "INVALID", message);
    let text = response.json()["longError"].as_str().expect("a long error").to_owned();
    assert!(text.starts_with(field), "{text}");
}

async fn log_in(api: &TestApi, name: &str, password: &str) -> Option<Client> {
    let body = json!({"username": name, "password": password});
    let response = api.anonymous().post("/auth?json=1", body).await;
    let cookie = response.header("set-cookie")?.split(';').next()?.to_owned();
    Some(api.with_cookie(&cookie))
}

#[tokio::test]
async fn users_are_created_shown_changed_and_deleted() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let roles = json!(["admin", "editor", "viewer", "connectionManager", "monitoringViewer"]);
    assert_eq!(admin.get(ROLES).await.json(), roles);
    let own = ["admin", "connectionManager", "editor", "monitoringViewer", "viewer"];
    assert_eq!(names(&admin.get(USERS).await), own);

    let created = admin.post(USERS, ann()).await;
    assert_eq!(names(&created)[1], "ann");
    assert!(!created.text.contains("password"), "{}", created.text);
    let shown = admin.get(&path("ann")).await;
    assert_eq!((shown.status.as_u16(), shown.json()), (200, user(&created, "ann")));
    assert_eq!(shown.json()["roles"], json!(["viewer", "connectionManager"]));
    assert!(log_in(&api, "ann", PASSWORD).await.is_some());

    let changed = admin.put(&path("ann"), json!({"roles": ["editor"]})).await;
    assert_eq!(user(&changed, "ann")["roles"], json!(["editor"]));
    let new = "salt on the breeze";
    let body = json!({"username": "ann", "password": new});
    assert_eq!(names(&admin.put(&path("ann"), body).await).len(), 6);
    assert!(log_in(&api, "ann", PASSWORD).await.is_none());
    let profile = log_in(&api, "ann", new).await.expect("the new one").get("/api/profile").await;
    assert_eq!(profile.json()["roles"], json!(["editor"]), "they stay");

    assert_eq!(names(&admin.delete(&path("ann")).await), own);
    assert!(log_in(&api, "ann", new).await.is_none());
    let audit: Vec<_> = api.app.audit().await;
    let of_admin = audit.iter().filter(|line| line.starts_with("admin user."));
    assert_eq!(
        of_admin.map(String::as_str).collect::<Vec<_>>(),
        [
            "admin user.delete ann success",
            "admin user.password ann success",
            "admin user.update ann success",
            "admin user.create ann success",
        ]
    );
}

#[tokio::test]
async fn who_does_not_exist_is_gone() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for name in ["nobody", "a%00b", "%ff"] {
        let path = path(name);
        for response in [
            admin.get(&path).await,
            admin.put(&path, json!({"roles": ["viewer"]})).await,
            admin.put(&path, json!({"password": PASSWORD})).await,
            admin.delete(&path).await,
        ] {
            response.is_refusal(410, "GONE", "User does not exist");
        }
    }
}

#[tokio::test]
async fn a_name_is_given_once() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    assert_eq!(admin.post(USERS, ann()).await.status, 200);
    for name in ["ann", " ann "] {
        let mut body = ann();
        body["username"] = json!(name);
        admin.post(USERS, body).await.is_refusal(409, "CONFLICT", "User already exists");
    }
}

#[tokio::test]
async fn what_is_no_user_is_invalid_and_the_field_is_named() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let with = |name: &str, value: Value| {
        let mut body = ann();
        body[name] = value;
        body
    };
    let without = |name: &str| {
        let mut body = ann();
        body.as_object_mut().expect("an object").remove(name);
        body
    };
    for (body, field) in [
        (json!([]), "the body "),
        (without("username"), "username: "),
        (with("username", json!("")), "username: "),
        (with("username", json!(1)), "username: "),
        (with("username", json!("x".repeat(129))), "username: "),
        (with("username", json!("a\u{202e}b")), "username: "),
        (with("username", json!("system")), "username: "),
        (without("password"), "password: "),
        (with("password", json!("short")), "password: "),
        (with("password", json!(null)), "password: "),
        (with("roles", json!("viewer")), "roles: "),
        (with("roles", json!(["root"])), "roles: "),
        (with("nickname", json!("a")), "nickname: "),
    ] {
        let response = admin.post(USERS, body.clone()).await;
        names_the_field(&response, "User object invalid", field);
        assert!(!response.text.contains(PASSWORD));
    }
    for body in [without("roles"), with("roles", json!([]))] {
        let response = admin.post(USERS, body).await;
        names_the_field(&response, "User must have at least one role", "roles: ");
    }
    assert_eq!(admin.get(&path("ann")).await.status, 410, "nothing was stored");

    assert_eq!(admin.post(USERS, ann()).await.status, 200);
    for (body, field) in [
        (json!("x"), "the body "),
        (json!({"username": "bob"}), "username: "),
        (json!({"password": "short"}), "password: "),
        (json!({"roles": ["root"]}), "roles: "),
        (json!({"nickname": "a"}), "nickname: "),
    ] {
        let response = admin.put(&path("ann"), body).await;
        names_the_field(&response, "User object invalid", field);
    }
    let response = admin.put(&path("ann"), json!({"roles": []})).await;
    names_the_field(&response, "User must have at least one role", "roles: ");
}

#[tokio::test]
async fn the_last_administrator_stays() {
    const WHY: &str = "The last administrator can't be deleted, disabled or lose the role admin";
    let api = TestApi::start().await;
    let admin = api.admin().await;
    admin.delete(&path("admin")).await.is_refusal(409, "CONFLICT", WHY);
    let demotion = json!({"roles": ["viewer"]});
    admin.put(&path("admin"), demotion.clone()).await.is_refusal(409, "CONFLICT", WHY);
    let mut other = ann();
    other["roles"] = json!(["admin"]);
    assert_eq!(admin.post(USERS, other).await.status, 200);
    assert_eq!(admin.put(&path("admin"), demotion).await.status, 200);
    let ann = log_in(&api, "ann", PASSWORD).await.expect("an administrator");
    ann.delete(&path("ann")).await.is_refusal(409, "CONFLICT", WHY);
}

/// Of two administrators who remove each other at the same time, one stays.
#[tokio::test]
async fn two_administrators_do_not_remove_each_other() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for _ in 0..5 {
        let mut other = ann();
        other["roles"] = json!(["admin"]);
        admin.post(USERS, other).await;
        let ann = log_in(&api, "ann", PASSWORD).await.expect("an administrator");
        let roles = json!({"roles": ["viewer"]});
        let (first, second) = (path("ann"), path("admin"));
        let (one, two) = tokio::join!(admin.delete(&first), ann.put(&second, roles));
        let done = [one.status.as_u16(), two.status.as_u16()];
        // Or the session of the second one has ended before its request was read.
        assert!(matches!(done, [200, 409 | 401] | [409 | 401, 200]), "{} {}", one.text, two.text);
        if two.status == 200 {
            return;
        }
    }
}

#[tokio::test]
async fn what_ends_sessions_ends_them_and_their_streams_within_a_second() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for change in [Some(json!({"password": PASSWORD})), Some(json!({"roles": ["editor"]})), None] {
        admin.post(USERS, ann()).await;
        let ann = log_in(&api, "ann", PASSWORD).await.expect("the right password");
        let request = http::Request::get("/api/events").body(axum::body::Body::empty());
        let mut stream = ann.open(request.expect("a request")).await.into_body();
        assert!(stream.frame().await.is_some(), "it is open");
        let began = std::time::Instant::now();
        let done = match &change {
            Some(change) => admin.put(&path("ann"), change.clone()).await,
            None => admin.delete(&path("ann")).await,
        };
        assert_eq!(done.status, 200, "{change:?}: {}", done.text);
        until("the session ends", DEADLINE, async || {
            (ann.get("/api/profile").await.status == 401).then_some(())
        })
        .await;
        while stream.frame().await.is_some() {}
        // The rest is for a busy machine.
        assert!(began.elapsed().as_secs() < 5, "{change:?}: {:?}", began.elapsed());
        assert_eq!(admin.get("/api/profile").await.status, 200, "others go on");
    }
}

#[tokio::test]
async fn what_changes_nothing_ends_no_session() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let viewer = api.role(Role::Viewer).await;
    for same in [json!({}), json!({"username": "viewer", "roles": ["viewer"]})] {
        assert_eq!(admin.put(&path("viewer"), same).await.status, 200);
    }
    assert_eq!(viewer.get("/api/profile").await.status, 200);
    let changes = api.app.audit().await;
    assert!(!changes.iter().any(|line| line.starts_with("admin user.")), "{changes:?}");
}

/// Who may not see users learns nothing about them.
#[tokio::test]
async fn to_others_an_existing_user_looks_like_an_unknown_one() {
    let api = TestApi::start().await;
    for role in [Role::Editor, Role::Viewer, Role::ConnectionManager, Role::MonitoringViewer] {
        let client = api.role(role).await;
        for name in ["admin", "nobody", "%ff"] {
            let path = path(name);
            for response in [
                client.get(&path).await,
                client.put(&path, json!({"roles": ["admin"]})).await,
                client.put(&path, json!(1)).await,
                client.delete(&path).await,
            ] {
                response.is_refusal(403, "NOT_ALLOWED", "Not allowed");
                assert_eq!(
                    response.json(),
                    json!({"code": "NOT_ALLOWED", "message": "Not allowed"})
                );
            }
        }
        for response in [
            client.get(ROLES).await,
            client.get(USERS).await,
            client.post(USERS, ann()).await,
            client.post(USERS, json!({})).await,
        ] {
            response.is_refusal(403, "NOT_ALLOWED", "Not allowed");
        }
        // One's own profile has no other name, whether there is such a user or not.
        let own = json!({"oldPassword": TestApp::PASSWORD, "password": PASSWORD});
        let why = "Invalid. userName doesn't match the issuing user";
        for name in ["admin", "nobody"] {
            let response = client.put(&format!("/api/profile/{name}"), own.clone()).await;
            response.is_refusal(400, "INVALID", why);
        }
    }
    let anonymous = api.anonymous();
    for path in [ROLES.to_owned(), USERS.to_owned(), path("admin"), path("nobody")] {
        anonymous.get(&path).await.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
    }
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let off = json!({"enabled": false});
    assert_eq!(admin.put("/api/plugins/user-management", off).await.status, 200);
    for response in [
        admin.get(ROLES).await,
        admin.get(USERS).await,
        admin.post(USERS, ann()).await,
        admin.get(&path("admin")).await,
        admin.put(&path("viewer"), json!({"roles": ["editor"]})).await,
        admin.delete(&path("viewer")).await,
        api.role(Role::Viewer).await.get(USERS).await,
    ] {
        response.is_refusal(404, "NOT_FOUND", "Plugin not found");
    }
    assert_eq!(admin.get("/api/profile").await.status, 200);
}

#[tokio::test]
async fn a_disabled_user_can_not_log_in_and_the_session_ends() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    admin.post(USERS, ann()).await;
    let ann_now = log_in(&api, "ann", PASSWORD).await.expect("a session");
    let changed = admin.put(&path("ann"), json!({"disabled": true})).await;
    assert_eq!(user(&changed, "ann")["disabled"], true);
    until("the session ends", DEADLINE, async || {
        (ann_now.get("/api/profile").await.status == 401).then_some(())
    })
    .await;
    let wrong = json!({"username": "ann", "password": PASSWORD});
    let refused = api.anonymous().post("/auth?json=1", wrong).await;
    refused.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
    let changed = admin.put(&path("ann"), json!({"disabled": false})).await;
    assert_eq!(user(&changed, "ann")["disabled"], false);
    let login = log_in(&api, "ann", PASSWORD).await;
    assert_eq!(login.expect("a session").get("/api/profile").await.status, 200);
    let why = "The last administrator can't be deleted, disabled or lose the role admin";
    let last = admin.put(&path("admin"), json!({"disabled": true})).await;
    last.is_refusal(409, "CONFLICT", why);
}

/// Of the administrators that are left, one has to be able to log in.
#[tokio::test]
async fn who_can_not_log_in_is_no_administrator() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for (name, other) in
        [("off", json!({"password": PASSWORD, "disabled": true})), ("new", json!({"invite": true}))]
    {
        let mut body = json!({"username": name, "roles": ["admin"]});
        let fields = body.as_object_mut().expect("an object");
        fields.extend(other.as_object().expect("an object").clone());
        assert_eq!(admin.post(USERS, body).await.status, 200);
    }
    assert_eq!(admin.delete(&path("admin")).await.status, 409);
    assert_eq!(admin.put(&path("admin"), json!({"roles": ["viewer"]})).await.status, 409);
    assert_eq!(admin.delete(&path("off")).await.status, 200, "it is none that counts");
    let token = admin.post(&format!("{}/invitation", path("new")), json!({})).await.json();
    let body = json!({"token": token["token"], "password": PASSWORD});
    assert_eq!(api.anonymous().post("/api/invitation", body).await.status, 200);
    assert_eq!(admin.delete(&path("admin")).await.status, 200);
}

#[tokio::test]
async fn who_must_change_the_password_can_do_nothing_else() {
    const FIRST: &str = "The password must be changed first";
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let mut body = ann();
    body["mustChangePassword"] = json!(true);
    let created = admin.post(USERS, body).await;
    assert_eq!(user(&created, "ann")["mustChangePassword"], true);
    let off = json!({"enabled": false});
    assert_eq!(admin.put("/api/plugins/user-profile-edit", off).await.status, 200);
    let client = log_in(&api, "ann", PASSWORD).await.expect("a session");
    for path in ["/api/connections", "/api/events", "/api/activity"] {
        client.get(path).await.is_refusal(403, "NOT_ALLOWED", FIRST);
    }
    let profile = client.get("/api/profile").await.json();
    let own = json!([
        "profile.read",
        "profile.list-sessions",
        "profile.end-sessions",
        "profile.list-tokens",
        "profile.revoke-tokens",
        "profile.change-password",
        "profile.stop-viewing-as",
        "profile.second-factor",
    ]);
    assert_eq!((&profile["mustChangePassword"], &profile["permissions"]), (&json!(true), &own));
    assert_eq!(client.get("/api/profile/sessions").await.status, 200);
    let change = json!({"oldPassword": PASSWORD, "password": "salt on the breeze"});
    let profile = client.put("/api/profile", change.clone()).await.json();
    assert_eq!(profile["mustChangePassword"], false);
    assert!(profile["permissions"].as_array().expect("a list").len() > 3, "{profile}");
    assert_eq!(client.get("/api/connections").await.status, 200);
    let off = client.put("/api/profile", change).await;
    off.is_refusal(404, "NOT_FOUND", "Plugin not found");
    assert_eq!(admin.get(&path("ann")).await.json()["mustChangePassword"], false);
}

#[tokio::test]
async fn a_login_is_noted_and_the_whole_user_can_be_sent_back() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    admin.post(USERS, ann()).await;
    assert_eq!(admin.get(&path("ann")).await.json().get("lastLogin"), None);
    let client = log_in(&api, "ann", PASSWORD).await.expect("a session");
    let shown = admin.get(&path("ann")).await.json();
    let at = shown["lastLogin"].as_str().expect("a time");
    assert!(at.ends_with(":00Z"), "to the minute: {at}");
    assert_eq!(admin.put(&path("ann"), shown.clone()).await.status, 200);
    assert_eq!(client.get("/api/profile").await.status, 200, "nothing has changed");
    assert_eq!(admin.get(&path("ann")).await.json(), shown);
}

#[tokio::test]
async fn administrators_see_and_end_sessions() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    admin.post(USERS, ann()).await;
    let sessions = format!("{}/sessions", path("ann"));
    assert_eq!(admin.get(&sessions).await.json(), json!([]));
    let one = log_in(&api, "ann", PASSWORD).await.expect("a session");
    let two = log_in(&api, "ann", PASSWORD).await.expect("a session");
    let own = one.get("/api/profile/sessions").await.json();
    let own = own.as_array().expect("a list").iter().find(|it| it["current"] == true);
    let id = own.expect("one's own")["id"].as_str().expect("an id").to_owned();
    let list = admin.get(&sessions).await.json();
    let list = list.as_array().expect("a list");
    assert!(list.iter().all(|session| session["current"] == false), "{list:?}");
    assert_eq!(list.len(), 2);

    let of_other = format!("{}/sessions/{id}", path("viewer"));
    admin.delete(&of_other).await.is_refusal(404, "NOT_FOUND", "Session not found");
    let rest = admin.delete(&format!("{sessions}/{id}")).await.json();
    assert_eq!(rest.as_array().map(Vec::len), Some(1));
    let ends = async |client: &Client| {
        until("the session ends", DEADLINE, async || {
            (client.get("/api/profile").await.status == 401).then_some(())
        })
        .await;
    };
    ends(&one).await;
    assert_eq!(two.get("/api/profile").await.status, 200);
    assert_eq!(admin.delete(&sessions).await.json(), json!([]));
    ends(&two).await;
    admin.delete(&format!("{sessions}/{id}")).await.is_refusal(
        404,
        "NOT_FOUND",
        "Session not found",
    );
    let unknown = format!("{}/sessions", path("nobody"));
    for response in [admin.get(&unknown).await, admin.delete(&unknown).await] {
        response.is_refusal(410, "GONE", "User does not exist");
    }
    let audit = api.app.audit().await;
    let ended = audit.iter().filter(|line| *line == "admin user.end_sessions ann success");
    assert_eq!(ended.count(), 2);
}

#[tokio::test]
async fn an_invitation_is_valid_once() {
    const GONE: &str = "Invitation not valid any more";
    let clock = haltere_testkit::MockClock::now_frozen();
    let hands = clock.clone();
    let api = TestApi::start_with(|config| config.clock = std::sync::Arc::new(hands)).await;
    let (admin, anonymous) = (api.admin().await, api.anonymous());
    let invited = json!({"username": "ann", "roles": ["viewer"], "invite": true});
    let created = admin.post(USERS, invited).await;
    assert_eq!(user(&created, "ann")["hasPassword"], false);
    let invite = async || {
        let response = admin.post(&format!("{}/invitation", path("ann")), json!({})).await;
        assert_eq!(response.status, 200, "{}", response.text);
        response.json()["token"].as_str().expect("a token").to_owned()
    };
    let accept = async |token: &str, password: &str| {
        let body = json!({"token": token, "password": password});
        anonymous.post("/api/invitation", body).await
    };
    let (old, token) = (invite().await, invite().await);
    assert!(!admin.get(&path("ann")).await.text.contains(&token), "it is shown once");
    accept(&old, PASSWORD).await.is_refusal(410, "GONE", GONE);
    accept("x", PASSWORD).await.is_refusal(410, "GONE", GONE);
    let why = "password: must be at least 8 characters long";
    accept(&token, "short").await.is_refusal(400, "INVALID", why);
    let accepted = accept(&token, PASSWORD).await;
    assert_eq!((accepted.status.as_u16(), accepted.json()), (200, json!({"username": "ann"})));
    accept(&token, "salt on the breeze").await.is_refusal(410, "GONE", GONE);
    let client = log_in(&api, "ann", PASSWORD).await.expect("a session");

    // For a user who forgot the password.
    let token = invite().await;
    assert_eq!(client.get("/api/profile").await.status, 200, "the session goes on until then");
    assert_eq!(accept(&token, "salt on the breeze").await.status, 200);
    until("the session ends", DEADLINE, async || {
        (client.get("/api/profile").await.status == 401).then_some(())
    })
    .await;

    let token = invite().await;
    clock.advance(std::time::Duration::from_hours(72));
    accept(&token, PASSWORD).await.is_refusal(410, "GONE", GONE);
    let audit = api.app.audit().await;
    assert!(audit.contains(&"ann user.password ann success".to_owned()), "{audit:?}");
    assert!(audit.contains(&"admin user.invite ann success".to_owned()), "{audit:?}");
}

#[tokio::test]
async fn what_ends_an_invitation() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for change in
        [json!({"password": "salt on the breeze"}), json!({"disabled": true}), json!(null)]
    {
        admin.post(USERS, ann()).await;
        let invitation = admin.post(&format!("{}/invitation", path("ann")), json!({})).await.json();
        let done = if change.is_null() {
            admin.delete(&path("ann")).await
        } else {
            admin.put(&path("ann"), change.clone()).await
        };
        assert_eq!(done.status, 200);
        let body = json!({"token": invitation["token"], "password": PASSWORD});
        let response = api.anonymous().post("/api/invitation", body).await;
        response.is_refusal(410, "GONE", "Invitation not valid any more");
        admin.delete(&path("ann")).await;
    }
    let unknown = format!("{}/invitation", path("nobody"));
    admin.post(&unknown, json!({})).await.is_refusal(410, "GONE", "User does not exist");
}
