//! Statuses and bodies one by one, and what tokens open and don't.

use std::time::Duration;

use axum::body::Body;
use haltere_core::Role;
use haltere_testkit::wait::{DEADLINE, within};
use http::{Method, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::openapi;
use crate::openapi::{operations, route_name};
use crate::test_support::{Client, TestApi, closed_port, connection};

mod limits;

const TOKENS: &str = "/api/tokens";
const LIST: &str = "/api/connections";

fn in_an_hour(api: &TestApi) -> String {
    (api.app.app.clock().now() + Duration::from_hours(1)).to_string()
}

fn body(api: &TestApi, name: &str, role: &str) -> Value {
    json!({"name": name, "validUntil": in_an_hour(api), "role": role})
}

/// A token with the properties in `limits`, and a program that has it.
async fn token(api: &TestApi, admin: &Client, role: &str, limits: Value) -> (Value, Client) {
    let name = format!("t{}", limits.to_string().len());
    let mut body = body(api, &name, role);
    let limits = limits.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(limits);
    let created = admin.post(TOKENS, body).await;
    assert_eq!(created.status, 200, "{}", created.text);
    let created = created.json();
    let client = api.with_bearer(created["token"].as_str().expect("a secret"));
    (created, client)
}

/// The connections `a` and `b`, of which only `a` is at the site Graz.
async fn two_connections(admin: &Client, url: &str) {
    for (id, site) in [("a", "graz"), ("b", "wien")] {
        let mut body = connection(id, url);
        body["labels"] = json!({"site": site});
        assert_eq!(admin.post(LIST, body).await.status, 202);
    }
}

#[tokio::test]
async fn tokens_are_created_shown_and_revoked() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    assert_eq!(admin.get(TOKENS).await.json(), json!([]));
    let mut wanted = body(&api, "ci", "viewer");
    wanted["description"] = json!("nightly");
    let created = admin.post(TOKENS, wanted.clone()).await.json();
    let secret = created["token"].as_str().expect("a secret");
    let alphanumeric = secret.strip_prefix("hlt_").expect("the prefix");
    assert!(alphanumeric.len() == 49 && alphanumeric.bytes().all(|it| it.is_ascii_alphanumeric()));
    let hash = created["hash"].as_str().expect("a hash");
    let mut info = created.clone();
    info.as_object_mut().expect("an object").remove("token");
    let expected = json!({
        "name": "ci", "hash": hash, "description": "nightly", "role": "viewer", "requestedBy": "admin",
        "issueDate": created["issueDate"], "validUntil": created["validUntil"], "lastUsed": null,
        "valid": true, "readOnly": false,
    });
    assert_eq!(info, expected);

    let path = format!("{TOKENS}/{hash}");
    assert_eq!(admin.get(TOKENS).await.json(), json!([info]));
    assert_eq!(admin.get(&path).await.json(), info);
    assert_eq!(admin.get(&path.to_uppercase().replace("/API/TOKENS", TOKENS)).await.json(), info);
    assert!(!admin.get(TOKENS).await.text.contains(secret));

    let taken = admin.post(TOKENS, wanted).await;
    taken.is_refusal(409, "INVALID", "Token with this name already exists");
    assert_eq!(taken.json()["longError"], "name: is taken");

    let program = api.with_bearer(secret);
    assert_eq!(program.get(LIST).await.status, 200);
    assert!(admin.get(&path).await.json()["lastUsed"].is_string());

    for unknown in ["0".repeat(64), "x".to_owned()] {
        let path = format!("{TOKENS}/{unknown}");
        admin.get(&path).await.is_refusal(404, "NOT_FOUND", "Token not found");
        assert_eq!(admin.delete(&path).await.json().as_array().map(Vec::len), Some(1));
    }
    assert_eq!(admin.delete(&path).await.json(), json!([]));
    let refused = program.get(LIST).await;
    refused.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
    assert_eq!(refused.json()["data"], json!({"session": false}));
    assert_eq!(refused.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
    let audit = api.app.audit().await;
    assert_eq!(audit[..2], ["admin token.revoke ci success", "admin token.create ci success"]);
}

#[tokio::test]
async fn a_refusal_names_the_field() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for (property, value, why) in [
        ("name", json!(" "), "name: must not be empty"),
        ("name", json!(null), "name: must be a string"),
        ("validUntil", json!("soon"), "validUntil: must be a time such as 2027-01-31T00:00:00Z"),
        ("validUntil", json!("2001-01-01T00:00:00Z"), "validUntil: must be in the future"),
        (
            "validUntil",
            json!("9000-01-01T00:00:00Z"),
            "validUntil: must be at most 365 days from now (tokens.max_lifetime)",
        ),
        (
            "role",
            json!("boss"),
            "role: must be one of admin, editor, viewer, connectionManager, monitoringViewer",
        ),
        ("readOnly", json!("true"), "readOnly: must be true or false"),
        ("connections", json!("a"), "connections: must be a list of strings"),
        ("connections", json!([]), "connections: must name at least one connection"),
        ("actions", json!("connections.create"), "actions: must be a list of strings"),
        ("actions", json!([]), "actions: must name at least one action"),
        (
            "actions",
            json!(["connections.conjure"]),
            "actions: must be names as in permissions of GET /api/profile",
        ),
        (
            "actions",
            json!(["connections.create"]),
            "actions: the role viewer does not allow connections.create",
        ),
        ("connections", json!(["nope"]), "connections: there is none with the id \"nope\""),
        ("labels", json!("a b"), "labels: character 3: expected =, !=, in, notin or a comma"),
        ("labels", json!(" "), "labels: must not be empty; leave it out for all connections"),
        ("networks", json!([]), "networks: must not be empty; leave it out for any address"),
        (
            "networks",
            json!(["10.0.0.1/8"]),
            "networks: \"10.0.0.1/8\" has bits set behind its prefix; write 10.0.0.0/8 for the network or leave out the prefix for the address",
        ),
        ("colour", json!(1), "colour: unknown property"),
    ] {
        let mut wrong = body(&api, "ci", "viewer");
        wrong[property] = value;
        admin.post(TOKENS, wrong).await.is_refusal(400, "INVALID", why);
    }
    let mut missing = body(&api, "ci", "viewer");
    missing.as_object_mut().expect("an object").remove("validUntil");
    admin.post(TOKENS, missing).await.is_refusal(400, "INVALID", "validUntil: is missing");

    let cut = admin.post(TOKENS, body(&api, &"x".repeat(40), "viewer")).await;
    assert_eq!(cut.json()["name"], "x".repeat(30), "as the management center does");
}

/// What a token is refused as such, on every route that there is.
#[tokio::test]
async fn a_token_opens_every_route_but_those_of_its_owners_credentials() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (_, program) = token(&api, &admin, "admin", json!({})).await;
    let document = openapi();
    let mut closed = Vec::new();
    for (method, path, operation) in operations(&document) {
        let access = &operation.extensions.as_ref().expect("extensions")["x-haltere-access"];
        if access["login"] != true || path == "/api/events" {
            continue;
        }
        let route = route_name(&method, path);
        let (method, _) = route.split_once(' ').expect("two words");
        let path = path.replace("{connectionId}", "nope").replace("{userName}", "nobody");
        let path = path.replace("{pluginId}", "nope").replace("{tokenHash}", "nope");
        let path = path.replace("{sessionId}", "nope");
        let method: Method = method.parse().expect("a method");
        let response = program.text(method, &path, "application/json", "{}").await;
        assert_ne!(response.status, 401, "{route}");
        if response.status == 403 {
            response.is_refusal(403, "NOT_ALLOWED", "Not allowed with a token; log in");
            closed.push(route);
        }
    }
    closed.sort();
    let expected = [
        "DELETE /api/profile/second-factor",
        "DELETE /api/profile/second-factor/reset",
        "DELETE /api/profile/sessions",
        "DELETE /api/profile/sessions/{sessionId}",
        "DELETE /api/profile/tokens/{tokenHash}",
        "DELETE /api/user-management/users/{userName}/second-factor",
        "DELETE /api/view-as",
        "GET /api/profile/sessions",
        "GET /api/profile/tokens",
        "PATCH /api/profile",
        "POST /api/profile/second-factor",
        "POST /api/profile/second-factor/recovery-codes",
        "POST /api/tokens",
        "POST /api/view-as",
        "PUT /api/profile",
        "PUT /api/profile/second-factor",
        "PUT /api/profile/{userName}",
    ];
    assert_eq!(closed, expected);
    let own = json!({"password": "wind over the dunes"});
    let path = "/api/user-management/users/admin";
    let message = "Not allowed with a token; log in";
    program.put(path, own).await.is_refusal(403, "NOT_ALLOWED", message);
    let invited = program.post(&format!("{path}/invitation"), json!({})).await;
    invited.is_refusal(403, "NOT_ALLOWED", message);
    let audit = api.app.audit().await;
    assert!(audit.contains(&"admin (token t2) token.create  denied".to_owned()), "{audit:?}");
}

#[tokio::test]
async fn the_profile_of_a_token_has_what_it_may_do() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (_, manager) = token(&api, &admin, "connectionManager", json!({"readOnly": true})).await;
    let profile = manager.get("/api/profile").await.json();
    assert_eq!(
        (&profile["username"], &profile["roles"]),
        (&json!("admin"), &json!(["connectionManager"]))
    );
    assert_eq!(profile["isAdmin"], false);
    let expected = json!([
        "connections.list",
        "connections.read-secrets",
        "connections.export",
        "activity.list",
        "events.follow",
        "profile.read",
    ]);
    assert_eq!(profile["permissions"], expected);
}

#[tokio::test]
async fn a_token_does_not_see_the_sessions_of_its_user() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (_, program) = token(&api, &admin, "admin", json!({})).await;
    for path in ["/api/profile/sessions", "/api/user-management/users/admin/sessions"] {
        let message = "Not allowed with a token; log in";
        program.get(path).await.is_refusal(403, "NOT_ALLOWED", message);
    }
}

#[tokio::test]
async fn wrong_tokens_are_refused_alike_and_too_many_of_them_with_a_pause() {
    let api = TestApi::start_with(|config| config.settings.tokens.wrong_burst = 4).await;
    let admin = api.admin().await;
    let (created, program) = token(&api, &admin, "viewer", json!({})).await;
    let secret = created["token"].as_str().expect("a secret");
    let other = haltere_core::TokenSecret::of_random(&[9; 32]);
    let last = if secret.ends_with('0') { "1" } else { "0" };
    let typo = format!("{}{last}", &secret[..secret.len() - 1]);
    let mut refusals = Vec::new();
    for wrong in [other.expose(), &typo, "hlt_", "hlt_x y"] {
        let refused = api.with_bearer(wrong).at(1).get(LIST).await;
        refused.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
        refusals.push(refused.text);
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1);
    let refused = api.with_bearer(&typo).at(1).get(LIST).await;
    refused.is_refusal(429, "TOO_MANY_REQUESTS", "Too many wrong tokens from your address");
    assert_eq!(program.at(1).get(LIST).await.status, 200, "a right one is not delayed");
    assert_eq!(api.with_bearer(&typo).at(2).get(LIST).await.status, 401);
}

/// With a token, a cookie counts neither for nor against a request.
#[tokio::test]
async fn a_request_with_a_token_is_that_of_a_program() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (created, _) = token(&api, &admin, "viewer", json!({})).await;
    let secret = created["token"].as_str().expect("a secret");
    let send = async |client: &Client, method: &str, authorization: &str, path: &str| {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", authorization);
        let request = request.header("sec-fetch-site", "cross-site");
        client.send(request.body(Body::empty()).expect("a request")).await
    };
    let bearer = format!("bearer  {secret}");
    assert_eq!(send(&admin, "GET", &bearer, TOKENS).await.status, 403, "the viewer's rights");
    send(&admin, "GET", "Bearer hlt_wrong", LIST).await.is_refusal(
        401,
        "UNAUTHORIZED",
        "Unauthorized",
    );
    let delete = send(&admin, "DELETE", &bearer, "/api/connections/x").await;
    delete.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    // What a proxy has asked for is none of our business.
    for foreign in ["Basic YTpi", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x"] {
        assert_eq!(send(&admin, "GET", foreign, TOKENS).await.status, 200, "{foreign}");
        let cross = send(&admin, "DELETE", foreign, "/api/connections/x").await;
        assert!(cross.text.contains("Requests from other origins"), "{}", cross.text);
    }
    let in_url = api.anonymous().get(&format!("{LIST}?token={secret}")).await;
    assert_eq!(in_url.status, 400);
    assert!(in_url.text.contains("Authorization: Bearer"), "{}", in_url.text);
    let both = Request::get(LIST).header("authorization", format!("Bearer {secret}"));
    let both = both.header("authorization", format!("Bearer {secret}"));
    let both = admin.send(both.body(Body::empty()).expect("a request")).await;
    both.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (created, program) = token(&api, &admin, "viewer", json!({})).await;
    let stream = program.open(Request::get("/api/events").body(Body::empty()).expect("ok")).await;
    assert_eq!(stream.status(), 200);
    let path = format!("{TOKENS}/{}", created["hash"].as_str().expect("a hash"));
    assert_eq!(admin.delete(&path).await.status, 200);
    let rest = within("the end of the stream", DEADLINE, stream.into_body().collect()).await;
    assert!(rest.is_ok());
    // And with its owner's roles.
    let (_, program) = token(&api, &admin, "viewer", json!({"readOnly": true})).await;
    let stream = program.open(Request::get("/api/events").body(Body::empty()).expect("ok")).await;
    assert_eq!(stream.status(), 200);
    let roles = json!({"username": "boss", "password": "wind over the dunes", "roles": ["admin"]});
    assert_eq!(admin.post("/api/user-management/users", roles).await.status, 200);
    let demoted = json!({"roles": ["viewer"]});
    assert_eq!(admin.put("/api/user-management/users/admin", demoted).await.status, 200);
    let rest = within("the end of the stream", DEADLINE, stream.into_body().collect()).await;
    assert!(rest.is_ok());
    assert_eq!(program.get(LIST).await.status, 200, "a new one has the rights that are left");
}

#[tokio::test]
async fn for_a_stream_of_labels_a_connection_that_loses_them_is_gone() {
    let api = TestApi::start().await;
    let (admin, (url, _port)) = (api.admin().await, closed_port());
    two_connections(&admin, &url).await;
    let (_, program) = token(&api, &admin, "viewer", json!({"labels": "site=graz"})).await;
    let mut request = Request::get("/api/events").body(Body::empty()).expect("a request");
    // What it had before is not known, so it gets everything.
    request.headers_mut().insert("last-event-id", "1-1".parse().expect("a header"));
    let mut stream = program.open(request).await.into_body().into_data_stream();
    let mut text = String::new();
    let mut until = async |needle: &str| {
        while !text.contains(needle) {
            let chunk = futures_util::StreamExt::next(&mut stream);
            let chunk = within(needle, DEADLINE, chunk).await.expect("not the end").expect("bytes");
            text += std::str::from_utf8(&chunk).expect("UTF-8");
        }
        text.clone()
    };
    until("\"complete\":true").await;
    until("\"id\":\"a\"").await;
    let labels = |site: &str| json!({"labels": {"site": site}});
    assert_eq!(admin.patch("/api/connections/b", json!({"name": "hidden"})).await.status, 200);
    assert_eq!(admin.patch("/api/connections/a", labels("linz")).await.status, 200);
    until("\"removed\":[\"a\"]").await;
    assert_eq!(admin.patch("/api/connections/b", labels("graz")).await.status, 200);
    let text = until("\"id\":\"b\"").await;
    assert!(!text.contains("\"removed\":[\"b\"]"), "{text}");
    assert_eq!(admin.delete("/api/connections/b").await.status, 200);
    until("\"removed\":[\"b\"]").await;
}

#[tokio::test]
async fn only_administrators_manage_tokens_and_only_while_the_plugin_is_on() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    for role in [Role::Editor, Role::Viewer, Role::ConnectionManager, Role::MonitoringViewer] {
        let client = api.role(role).await;
        client.get(TOKENS).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
        let refused = client.post(TOKENS, body(&api, "ci", "viewer")).await;
        refused.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    }
    let (_, program) = token(&api, &admin, "viewer", json!({})).await;
    let switched = admin.put("/api/plugins/application-tokens", json!({"enabled": false})).await;
    assert_eq!(switched.json()["affected"], json!({"tokens": 1}));
    admin.get(TOKENS).await.is_refusal(404, "NOT_FOUND", "Plugin not found");
    program.get(LIST).await.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
}

#[tokio::test]
async fn a_token_does_nothing_to_its_own_user_and_their_sessions() {
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let (_, program) = token(&api, &admin, "admin", json!({})).await;
    let user = "/api/user-management/users/admin";
    for refused in [
        program.delete(user).await,
        program.delete(&format!("{user}/sessions")).await,
        program.put(user, json!({"roles": ["viewer"]})).await,
        program.post(&format!("{user}/invitation"), json!({})).await,
        program.get("/api/profile/sessions").await,
        program.delete("/api/profile/sessions").await,
    ] {
        assert_eq!(refused.status, 403, "{}", refused.text);
    }
    assert_eq!(admin.get("/api/profile").await.status, 200);
}
