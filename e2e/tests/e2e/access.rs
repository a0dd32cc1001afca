//! Role × route, called for real: what the description says about access is what happens.

use e2e::{Answer, Client, Contract, Haltere};
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::audit::trail;

const ROLES: [&str; 5] = ["admin", "editor", "viewer", "connectionManager", "monitoringViewer"];

/// One operation, and who may use it.
struct Route {
    method: Method,
    /// A path of nothing that exists, so that a permitted request changes nothing.
    target: String,
    takes_body: bool,
    /// What its answers may be, for one of them to be asked for at a time.
    answers: Vec<String>,
    access: Value,
}

/// All operations of the description that haltere itself hands out.
fn routes() -> Vec<Route> {
    let described = Contract::committed().operations();
    let routes = described.into_iter().map(|(operation, described)| {
        let segments = operation.path.split('/');
        let segments: Vec<_> =
            segments.map(|part| if part.starts_with('{') { "nowhere" } else { part }).collect();
        Route {
            method: operation.method.parse().expect("a method"),
            target: segments.join("/"),
            takes_body: described.get("requestBody").is_some(),
            answers: content_types(described),
            access: described["x-haltere-access"].clone(),
        }
    });
    // Ends the caller's session.
    routes.filter(|route| route.target != "/logout").collect()
}

/// The content types of a success: one of them may be a stream, which goes through other code.
fn content_types(described: &Value) -> Vec<String> {
    let content = described["responses"]["200"]["content"].as_object();
    let types: Vec<_> = content.into_iter().flatten().map(|(kind, _)| kind.clone()).collect();
    if types.is_empty() { vec!["*/*".to_owned()] } else { types }
}

impl Route {
    async fn call(&self, client: &Client) -> Answer {
        self.ask(client, "*/*").await
    }

    async fn ask(&self, client: &Client, accept: &str) -> Answer {
        let request = client.request(self.method.clone(), &self.target);
        let mut request = request.header(ACCEPT, accept);
        if self.takes_body {
            // If permitted, it is refused as invalid, and changes nothing.
            request = request.header(CONTENT_TYPE, "application/json").body("null");
        }
        client.send(request, &self.target).await
    }

    fn is_open_to_all(&self) -> bool {
        self.access["login"] == json!(false)
    }

    fn admits(&self, role: &str) -> bool {
        let roles = self.access["roles"].as_array();
        self.is_open_to_all() || roles.is_some_and(|roles| roles.iter().any(|name| *name == role))
    }
}

/// Whether the gate permitted the request, whatever the handler did.
fn was_permitted(answer: &Answer) -> bool {
    let insufficient_role = answer.status == 403 && answer.error().1 == "Not allowed";
    answer.status != 401 && !insufficient_role
}

#[tokio::test]
async fn every_role_gets_exactly_where_the_description_says() {
    let mut haltere = Haltere::start().await;
    let document = haltere.anonymous().get("/api/docs/export").await.expect_status(200).json();
    let is_current = &document == Contract::committed().document();
    assert!(is_current, "openapi/haltere.json is not what the binary describes");

    let mut callers = vec![("anonymous", haltere.anonymous())];
    for role in ROLES {
        callers.push((role, haltere.user(&format!("user-{role}"), &[role]).await));
    }
    let routes = routes();
    let streams = routes.iter().flat_map(|route| &route.answers);
    let n_streams = streams.filter(|kind| *kind == "text/event-stream").count();
    assert!(n_streams >= 3, "events, tests and imports are streams");
    let (mut deviations, mut n_calls) = (Vec::new(), 0);
    for route in &routes {
        assert!(route.access["login"].is_boolean(), "undecided access: {}", route.target);
        for (role, client) in &callers {
            // A login without a body, or without the proxy's header, is 401, too.
            let is_login = (*role, route.target.as_str()) == ("anonymous", "/auth")
                || route.target == "/api/sign-on/header";
            if is_login {
                continue;
            }
            for kind in &route.answers {
                let answer = route.ask(client, kind).await;
                n_calls += 1;
                if was_permitted(&answer) != route.admits(role) {
                    let place = format!("{role}: {} {} {kind}", route.method, route.target);
                    deviations.push(format!("{place}: {} {}", answer.status, answer.text()));
                }
            }
        }
    }
    assert!(deviations.is_empty(), "{} of {n_calls}: {deviations:#?}", deviations.len());
    haltere.stop().await;
}

#[tokio::test]
async fn secrets_are_exported_by_administrators_only_and_each_try_is_on_record() {
    let mut haltere = Haltere::start().await;
    let target = "/api/connection-export?secrets=include";
    for role in ROLES {
        let client = haltere.user(&format!("user-{role}"), &[role]).await;
        client.get(target).await.expect_status(if role == "admin" { 200 } else { 403 });
    }
    haltere.anonymous().get(target).await.expect_status(401);
    let trail = trail(&haltere).await.into_iter().map(|record| record.entry);
    let exports: Vec<_> = trail
        .filter(|entry| entry.action.as_str() == "connection.export")
        .map(|entry| format!("{} {}", entry.actor, entry.outcome.as_str()))
        .collect();
    let expected = ROLES
        .map(|role| format!("user-{role} {}", if role == "admin" { "success" } else { "denied" }));
    assert_eq!(exports, expected);
    haltere.stop().await;
}

#[tokio::test]
async fn a_plugin_that_is_off_is_not_found_by_any_user() {
    let mut haltere = Haltere::start().await;
    let admin = haltere.admin().await;
    let viewer = haltere.user("vera", &["viewer"]).await;
    let mut n_switched = 0;
    for plugin in ["connections-rest-api", "user-profile-edit"] {
        let switch = format!("/api/plugins/{plugin}");
        admin.put(&switch, &json!({ "enabled": false })).await.expect_status(200);
        for route in routes().iter().filter(|route| route.access["plugin"] == plugin) {
            route.call(&haltere.anonymous()).await.expect_status(401);
            // For the viewer, too, whose role is insufficient for some of them: 404 comes before 403.
            for client in [&admin, &viewer] {
                let answer = route.call(client).await.expect_status(404);
                let expected = ("NOT_FOUND".to_owned(), "Plugin not found".to_owned());
                assert_eq!(answer.error(), expected, "{} {}", route.method, route.target);
            }
            n_switched += 1;
        }
        admin.put(&switch, &json!({ "enabled": true })).await.expect_status(200);
    }
    assert!(n_switched >= 10, "only {n_switched} routes belong to a plugin");
    admin.get("/api/connections").await.expect_status(200);
    haltere.stop().await;
}
