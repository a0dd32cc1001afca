//! Every route of the API's description, called by every role: with a session, as a member of a group, with a token, with
//! a token of a member, with limited and read-only tokens; on a connection of the caller's, on one of another group and
//! on one of no group.

use std::time::Duration;

use haltere_core::Role;
use http::Method;
use serde_json::{Value, json};

use crate::access::X_ACCESS;
use crate::openapi;
use crate::openapi::{operations, route_name};
use crate::test_support::{Client, TestApi, closed_port, connection};

const GROUPS: &str = "/api/user-management/groups";
const VIEW: &str = "/api/view-as";
const USERS: &str = "/api/user-management/users";
const PASSWORD: &str = "correct horse battery staple";
/// A connection of the caller's group, or within the limits of the token.
const OWN: &str = "own";
/// A connection of another group.
const FOREIGN: &str = "foreign";
/// A connection of no group.
const UNGROUPED: &str = "ungrouped";
/// An administrator whom no group concerns; a member of groups is named after the group.
const CHIEF: &str = "chief";

/// A route with a login.
struct Route {
    method: Method,
    path: String,
    action: Option<String>,
    roles: Vec<String>,
}

/// How a request is meant to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The handler decides.
    Reached,
    Unauthorized,
    Forbidden,
    NotFound,
}

/// How a caller comes, which may restrict it further than its role does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum With {
    Session,
    SessionOfMember,
    /// The session of an administrator who sees haltere as the user.
    View,
    ViewOfMember,
    Token,
    TokenOfMember,
    LimitedToken,
    ReadOnlyToken,
}

impl With {
    fn is_token(self) -> bool {
        matches!(self, Self::Token | Self::TokenOfMember | Self::LimitedToken | Self::ReadOnlyToken)
    }

    fn is_view(self) -> bool {
        matches!(self, Self::View | Self::ViewOfMember)
    }

    /// Whether only [`OWN`] exists for the caller.
    fn sees_own_only(self) -> bool {
        matches!(
            self,
            Self::SessionOfMember | Self::ViewOfMember | Self::TokenOfMember | Self::LimitedToken
        )
    }
}

fn routes() -> Vec<Route> {
    let document = openapi();
    let mut routes = Vec::new();
    for (method, path, operation) in operations(&document) {
        let route = route_name(&method, path);
        let (method, path) = route.split_once(' ').expect("two words");
        let access = operation.extensions.as_ref().expect("extensions");
        let access: &Value = access.get(X_ACCESS).expect("access");
        if access["login"] == json!(true) {
            let roles = access["roles"].as_array().expect("roles").iter();
            routes.push(Route {
                method: method.parse().expect("a method"),
                path: path.to_owned(),
                action: access["action"].as_str().map(str::to_owned),
                roles: roles.map(|role| role.as_str().expect("a role").to_owned()).collect(),
            });
        }
    }
    assert!(routes.len() > 40, "{}", routes.len());
    routes
}

impl Route {
    fn is_of_connection(&self) -> bool {
        self.path.contains("{connectionId}")
    }

    /// What the description says of a caller. Written down apart from the policy on purpose.
    fn expected(&self, role: Role, with: With, target: &str) -> Outcome {
        let action = self.action.as_deref().unwrap_or_default();
        let of_connections = ["connections.", "activity.", "events."];
        let about_connections = of_connections.iter().any(|prefix| action.starts_with(prefix));
        let of_account = action.starts_with("profile.") || action.is_empty();
        let needs_login = [
            "profile.list-sessions",
            "profile.end-sessions",
            "profile.list-tokens",
            "profile.revoke-tokens",
            "profile.change-password",
            "profile.second-factor",
            "users.reset-second-factor",
            "tokens.create",
            "profile.change-preferences",
            "users.view-as",
            "profile.stop-viewing-as",
        ]
        .contains(&action);
        let is_forbidden = !self.roles.iter().any(|it| it == role.as_str())
            || (with.is_token() && needs_login)
            || (with == With::ReadOnlyToken && self.method != Method::GET)
            || (with.is_view()
                && (self.method != Method::GET
                    || ["profile.list-sessions", "profile.list-tokens"].contains(&action))
                && action != "profile.stop-viewing-as")
            || (with == With::LimitedToken
                && !about_connections
                && !of_account
                && action != "audit.list");
        match target {
            _ if is_forbidden => Outcome::Forbidden,
            FOREIGN | UNGROUPED if with.sees_own_only() && self.is_of_connection() => {
                Outcome::NotFound
            }
            _ => Outcome::Reached,
        }
    }

    /// Sends the request with a body that is refused or changes nothing; how it ended.
    async fn send(&self, client: &Client, target: &str, url: &str) -> (Outcome, String) {
        let path = self
            .path
            .replace("{connectionId}", target)
            .replace("{userName}", "nobody")
            .replace("{groupName}", "nothing")
            .replace("{pluginId}", "connections-rest-api")
            .replace("{sessionId}", "0000")
            .replace("{sequence}", "1")
            .replace("{tokenHash}", &"0".repeat(64));
        assert!(!path.contains('{'), "{path}: say what to replace it with");
        if path == "/api/events" {
            let request = http::Request::get(&path).body(axum::body::Body::empty());
            let status = client.open(request.expect("a request")).await.status();
            return (outcome(status.as_u16(), false), status.to_string());
        }
        // A connection that does not exist is not the first thing that is said of a body without fields.
        let body = if self.is_of_connection() && self.method == Method::PUT {
            connection(target, url)
        } else {
            json!({})
        };
        let response = client.json(self.method.clone(), &path, body).await;
        let said = format!("{} {:.300}", response.status, response.text);
        (outcome(response.status.as_u16(), self.is_of_connection()), said)
    }
}

fn outcome(status: u16, of_connection: bool) -> Outcome {
    match status {
        401 => Outcome::Unauthorized,
        403 => Outcome::Forbidden,
        404 if of_connection => Outcome::NotFound,
        429 | 500.. => panic!("{status}"),
        _ => Outcome::Reached,
    }
}

/// A haltere with three connections, and a group with each role on one of them.
struct Matrix {
    api: TestApi,
    chief: Client,
    url: String,
}

impl Matrix {
    async fn start(url: String) -> Self {
        let api = TestApi::start_with(|config| {
            config.settings.audit.refusals_per_minute = 1_000_000;
        });
        let api = api.await;
        let admin = api.admin().await;
        let user = |name: &str, role: Role| json!({"username": name, "password": PASSWORD, "roles": [role.as_str()]});
        assert_eq!(admin.post(USERS, user(CHIEF, Role::Admin)).await.status, 200);
        let chief = log_in(&api, CHIEF).await;
        let matrix = Self { api, chief, url };
        matrix.restore().await;
        for role in Role::ALL {
            let member = member(role);
            assert_eq!(matrix.chief.post(USERS, user(&member, role)).await.status, 200);
            let group = json!({"name": member, "role": role.as_str(), "users": [member], "connections": [OWN]});
            let made = matrix.chief.post(GROUPS, group).await;
            assert_eq!(made.status, 200, "{}", made.text);
        }
        let other = json!({"name": "others", "role": "admin", "connections": [FOREIGN]});
        assert_eq!(matrix.chief.post(GROUPS, other).await.status, 200);
        matrix
    }

    /// Creates the connections that are not there, and puts them into their groups.
    async fn restore(&self) {
        let there = self.chief.get("/api/connections").await.ids();
        let missing =
            [OWN, FOREIGN, UNGROUPED].into_iter().filter(|id| !there.iter().any(|it| it == id));
        let body = |id: &str| {
            let mut body = connection(id, &self.url);
            body["disconnected"] = json!(true);
            body
        };
        let missing: Vec<Value> = missing.map(body).collect();
        if missing.is_empty() {
            return;
        }
        let file =
            json!({"format": "haltere-connections", "formatVersion": 1, "connections": missing});
        assert_eq!(self.chief.post("/api/connection-import", file).await.status, 200);
        for group in self.chief.get(GROUPS).await.json().as_object().expect("a map").keys() {
            let id = if group == "others" { FOREIGN } else { OWN };
            let put =
                self.chief.put(&format!("{GROUPS}/{group}"), json!({"connections": [id]})).await;
            assert_eq!(put.status, 200, "{}", put.text);
        }
    }

    /// A program with a token of `owner`.
    async fn token(&self, owner: &str, role: Role, limits: Value) -> Client {
        let owner = log_in(&self.api, owner).await;
        let until = self.api.app.app.clock().now() + Duration::from_hours(1);
        let n_tokens = owner.get("/api/tokens").await.json().as_array().expect("a list").len();
        let mut body = json!({"name": format!("t{n_tokens}"), "role": role.as_str(), "validUntil": until.to_string()});
        body.as_object_mut()
            .expect("an object")
            .extend(limits.as_object().cloned().unwrap_or_default());
        let token = owner.post("/api/tokens", body).await;
        assert_eq!(token.status, 200, "{}", token.text);
        self.api.with_bearer(token.json()["token"].as_str().expect("a secret"))
    }

    /// Calls every route as `client` with each kind of connection.
    async fn call(&self, client: &Client, role: Role, with: With) {
        let mut deviations = Vec::new();
        for route in routes() {
            let all = [OWN, FOREIGN, UNGROUPED];
            let targets = if route.is_of_connection() { &all[..] } else { &all[..1] };
            for target in targets {
                let expected = route.expected(role, with, target);
                let (outcome, said) = route.send(client, target, &self.url).await;
                if outcome != expected {
                    let Route { method, path, .. } = &route;
                    deviations
                        .push(format!("{method} {path} on {target}: {expected:?}, but {said}"));
                }
                if route.method == Method::DELETE && outcome == Outcome::Reached {
                    self.restore().await;
                    if with.is_view() && route.path == VIEW {
                        view_as(client, role, with).await;
                    }
                }
            }
        }
        assert!(deviations.is_empty(), "{role}, {with:?}:\n{}", deviations.join("\n"));
    }
}

fn member(role: Role) -> String {
    format!("member-{role}")
}

/// Begins a view as the user with this role, in or without groups.
async fn view_as(client: &Client, role: Role, with: With) {
    let name = if with.sees_own_only() { member(role) } else { role.as_str().to_owned() };
    let view = client.post(VIEW, json!({"userName": name})).await;
    assert_eq!(view.status, 200, "{}", view.text);
}

async fn log_in(api: &TestApi, name: &str) -> Client {
    let body = json!({"username": name, "password": PASSWORD});
    let response = api.anonymous().post("/auth", body).await;
    let cookie = response.header("set-cookie").unwrap_or_else(|| panic!("{}", response.text));
    api.with_cookie(cookie.split(';').next().expect("a cookie"))
}

#[tokio::test]
async fn sessions_reach_what_their_role_allows() {
    let (url, _port) = closed_port();
    let matrix = Matrix::start(url).await;
    for role in Role::ALL {
        let client = matrix.api.role(role).await;
        matrix.call(&client, role, With::Session).await;
    }
    for route in routes() {
        for target in [OWN, "nowhere"] {
            let (outcome, said) = route.send(&matrix.api.anonymous(), target, &matrix.url).await;
            assert_eq!(outcome, Outcome::Unauthorized, "{} {}: {said}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn members_of_groups_reach_the_connections_of_their_groups() {
    let (url, _port) = closed_port();
    let matrix = Matrix::start(url).await;
    for role in Role::ALL {
        let client = log_in(&matrix.api, &member(role)).await;
        matrix.call(&client, role, With::SessionOfMember).await;
    }
}

#[tokio::test]
async fn views_as_other_users_reach_what_these_may_read() {
    let (url, _port) = closed_port();
    let matrix = Matrix::start(url).await;
    for role in Role::ALL {
        for with in [With::View, With::ViewOfMember] {
            let client = log_in(&matrix.api, CHIEF).await;
            view_as(&client, role, with).await;
            matrix.call(&client, role, with).await;
        }
    }
}

#[tokio::test]
async fn tokens_reach_what_their_role_and_limits_allow() {
    let (url, _port) = closed_port();
    let matrix = Matrix::start(url).await;
    for role in Role::ALL {
        for (with, owner, limits) in [
            (With::Token, CHIEF.to_owned(), json!({})),
            (With::ReadOnlyToken, CHIEF.to_owned(), json!({"readOnly": true})),
            (With::LimitedToken, CHIEF.to_owned(), json!({"connections": [OWN]})),
            (With::TokenOfMember, member(Role::Admin), json!({})),
        ] {
            let client = matrix.token(&owner, role, limits).await;
            matrix.call(&client, role, with).await;
        }
    }
}
