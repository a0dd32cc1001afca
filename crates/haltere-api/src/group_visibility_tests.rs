//! Members of groups: every route shows the same connections, with the roles that the groups give.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt as _;
use haltere_core::Role;
use haltere_testkit::wait::{DEADLINE, until, within};
use http::Request;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::test_support::{Client, TestApi, closed_port, connection};

const GROUPS: &str = "/api/user-management/groups";
const LIST: &str = "/api/connections";
const IDS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
/// Of the connections, in their order.
const SITES: [&str; 6] = ["graz", "graz", "graz", "wien", "wien", "linz"];
const LABELS: [&str; 5] = ["", "site=graz", "site!=wien", "!site", "site in (wien,linz)"];
/// Who is in groups; the administrator has to see everything.
const MEMBERS: [Role; 4] =
    [Role::Editor, Role::Viewer, Role::ConnectionManager, Role::MonitoringViewer];

/// A group of a random scenario.
#[derive(Debug, Clone)]
struct Group {
    role: Role,
    users: Vec<Role>,
    connections: Vec<usize>,
    label: usize,
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    let group = (
        0..Role::ALL.len(),
        proptest::sample::subsequence(MEMBERS.to_vec(), 0..=MEMBERS.len()),
        proptest::sample::subsequence((0..IDS.len()).collect::<Vec<_>>(), 0..=3),
        0..LABELS.len(),
    );
    let group = group.prop_map(|(role, users, connections, label)| {
        let role = Role::ALL[role];
        Group { role, users, connections, label }
    });
    proptest::collection::vec(group, 0..5)
}

/// What is meant to hold: the roles of a user on each connection, or `None` for a user whom no group concerns.
fn roles_of(user: Role, groups: &[Group]) -> Option<BTreeMap<&'static str, BTreeSet<Role>>> {
    let narrowing = groups
        .iter()
        .filter(|it| it.users.contains(&user) && (!it.connections.is_empty() || it.label > 0));
    let mut roles: Option<BTreeMap<_, BTreeSet<Role>>> = None;
    for group in narrowing {
        let roles = roles.get_or_insert_default();
        for (position, id) in IDS.iter().enumerate() {
            if is_selected(group.label, position) || group.connections.contains(&position) {
                roles.entry(*id).or_default().insert(group.role);
            }
        }
    }
    roles
}

const READERS: [Role; 4] = [Role::Admin, Role::Editor, Role::Viewer, Role::ConnectionManager];
const MANAGERS: [Role; 2] = [Role::Admin, Role::ConnectionManager];

/// Connections that are not dialled, with labels and a password each.
async fn start() -> (TestApi, Client) {
    let (url, _port) = closed_port();
    let api = TestApi::start().await;
    let admin = api.admin().await;
    let body = |(id, site): (&&str, &&str)| {
        let mut body = connection(id, &url);
        body["disconnected"] = json!(true);
        body["labels"] = json!({"site": site});
        body["credentials"] = json!({"username": "u", "password": format!("secret of {id}")});
        body
    };
    let connections: Vec<Value> = IDS.iter().zip(&SITES).map(body).collect();
    let file =
        json!({"format": "haltere-connections", "formatVersion": 1, "connections": connections});
    let imported = admin.post("/api/connection-import", file).await;
    assert_eq!(imported.status, 200, "{}", imported.text);
    (api, admin)
}

async fn store(admin: &Client, groups: &[Group]) {
    for (n, group) in groups.iter().enumerate() {
        let users: Vec<_> = group.users.iter().map(|role| role.as_str()).collect();
        let connections: Vec<_> = group.connections.iter().map(|n| IDS[*n]).collect();
        let body = json!({
            "name": format!("g{n}"), "role": group.role.as_str(), "users": users,
            "connections": connections, "label": LABELS[group.label],
        });
        let response = admin.post(GROUPS, body).await;
        assert_eq!(response.status, 200, "{}", response.text);
    }
}

/// The reading end of an event stream.
struct Events {
    body: BodyDataStream,
    buffer: String,
}

impl Events {
    async fn open(client: &Client, last: Option<&str>) -> Self {
        let mut request = Request::get("/api/events");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = client.open(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status(), 200);
        Self { body: response.into_body().into_data_stream(), buffer: String::new() }
    }

    /// The next event about connections, and its id; `None` at the end of the stream.
    async fn next(&mut self) -> Option<(Value, String)> {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let field = |name: &str| {
                    let mut lines = block.lines().filter_map(|line| line.strip_prefix(name));
                    lines.next().unwrap_or_default().trim().to_owned()
                };
                let (name, data, id) = (field("event:"), field("data:"), field("id:"));
                self.buffer = rest.to_owned();
                if name == "connections" {
                    return Some((serde_json::from_str(&data).expect("JSON"), id));
                }
                continue;
            }
            let chunk = within("an event", DEADLINE, self.body.next()).await?;
            self.buffer += std::str::from_utf8(&chunk.expect("a chunk")).expect("UTF-8");
        }
    }

    async fn until(&mut self, accept: impl Fn(&Value) -> bool) -> (Value, String) {
        loop {
            let event = self.next().await.expect("an event before the end");
            if accept(&event.0) {
                return event;
            }
        }
    }
}

fn ids(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().expect("a list").iter();
    list.map(|it| it["id"].as_str().expect("an id").to_owned()).collect()
}

/// Everything that a user sees is what the groups say.
async fn sees(client: &Client, roles: &BTreeMap<&str, BTreeSet<Role>>, what: &str, tried: usize) {
    let with = |wanted: &[Role]| -> BTreeSet<String> {
        let ids = roles.iter().filter(|(_, roles)| roles.iter().any(|it| wanted.contains(it)));
        ids.map(|(id, _)| (*id).to_owned()).collect()
    };
    let (visible, managed, owned) = (with(&READERS), with(&MANAGERS), with(&[Role::Admin]));
    let permissions = client.get("/api/profile").await.json();
    let may = |name: &str| permissions["permissions"].as_array().unwrap().contains(&json!(name));
    let profile: BTreeSet<String> = ids(&permissions["connections"]);
    assert_eq!(profile, roles.keys().map(|id| (*id).to_owned()).collect(), "{what}");

    for path in [LIST, "/api/connections?limit=9", "/api/connections?q=mqtt"] {
        let list = client.get(path).await;
        if !may("connections.list") {
            assert_eq!((list.status.as_u16(), visible.len()), (403, 0), "{what}");
            continue;
        }
        assert_eq!(ids(&list.json()), visible, "{what}: {path}");
        for shown in list.json().as_array().unwrap() {
            let has_secret = shown["credentials"]["password"].is_string();
            assert_eq!(has_secret, managed.contains(shown["id"].as_str().unwrap()), "{what}");
        }
    }
    for id in IDS {
        let path = format!("{LIST}/{id}");
        let status = if !may("connections.list") {
            403
        } else if visible.contains(id) {
            200
        } else {
            404
        };
        for below in ["", "/history", "/certificates", "/advice"] {
            let response = client.get(&format!("{path}{below}")).await;
            assert_eq!(response.status, status, "{what}: {path}{below}");
        }
        // Few, because refusals have a limit.
        if IDS[tried % IDS.len()] != id {
            continue;
        }
        let status = match (may("connections.update"), visible.contains(id), managed.contains(id)) {
            (false, ..) | (true, true, false) => 403,
            (true, false, _) => 404,
            (true, true, true) => 200,
        };
        let patched = client.patch(&path, json!({"labels": {}})).await;
        assert_eq!(patched.status, status, "{what}: PATCH {path}");
        let tested = json!({"connections": [id], "labels": {"x": null}});
        let labelled = client.post("/api/connection-labels", tested).await.status;
        let expected = if status == 404 { 400 } else { status };
        assert_eq!(labelled, expected, "{what}: labels of {id}");
    }
    for (query, expected) in [("", &managed), ("?secrets=include", &owned)] {
        let export = client.get(&format!("/api/connection-export{query}")).await;
        if export.status == 403 {
            assert!(expected.is_empty(), "{what}: export{query}");
        } else {
            let exported: Value = serde_json::from_str(&export.text).expect("JSON");
            assert_eq!(&ids(&exported["connections"]), expected, "{what}: export{query}");
        }
    }
    let (complete, _) = Events::open(client, None).await.next().await.expect("an event");
    assert_eq!(ids(&complete["changed"]), visible, "{what}: events");
    let activity = client.get("/api/activity?limit=100").await;
    if activity.status == 200 {
        for entry in activity.json().as_array().unwrap() {
            if let Some(id) = entry["connection"].as_str() {
                assert!(visible.contains(id), "{what}: {entry}");
            }
        }
    }
}

#[tokio::test]
async fn lists_events_exports_and_single_reads_show_the_same() {
    let (api, admin) = start().await;
    let mut runner = TestRunner::deterministic();
    for n in 0..12 {
        let groups = groups().new_tree(&mut runner).expect("a scenario").current();
        store(&admin, &groups).await;
        for user in MEMBERS {
            let client = api.role(user).await;
            let what = format!("{user} in {groups:?}");
            if let Some(roles) = roles_of(user, &groups) {
                sees(&client, &roles, &what, n).await;
                continue;
            }
            let list = client.get(LIST).await;
            assert_eq!(list.status == 403, user == Role::MonitoringViewer, "{what}");
            assert!(list.status == 403 || list.ids() == IDS, "{what}");
            assert!(client.get("/api/profile").await.json()["connections"].is_null());
        }
        assert_eq!(admin.get(LIST).await.ids(), IDS, "who is in no group sees everything");
        for n in 0..groups.len() {
            assert_eq!(admin.delete(&format!("{GROUPS}/g{n}")).await.status, 200);
        }
    }
}

/// A token of a random scenario.
#[derive(Debug, Clone)]
struct LimitedToken {
    role: Role,
    connections: Option<Vec<usize>>,
    label: usize,
    /// The connections of the owner's group, by position and by label; `None` if no group concerns the owner.
    group: Option<(Vec<usize>, usize)>,
}

fn limited_tokens() -> impl Strategy<Value = LimitedToken> {
    let some = || proptest::sample::subsequence((0..IDS.len()).collect::<Vec<_>>(), 1..=IDS.len());
    let token = (
        proptest::sample::select(READERS.to_vec()),
        proptest::option::of(some()),
        // A selector without a site selects none of these, and is left out.
        proptest::sample::select(vec![0, 1, 2, 4]),
        proptest::option::of((some(), 0..LABELS.len())),
    );
    token.prop_map(|(role, connections, label, group)| LimitedToken {
        role,
        connections,
        label,
        group,
    })
}

impl LimitedToken {
    fn owner_sees(&self, position: usize) -> bool {
        let sees = |(list, label): &(Vec<usize>, usize)| {
            list.contains(&position) || is_selected(*label, position)
        };
        self.group.as_ref().is_none_or(sees)
    }

    /// The connections that it names, of those that its owner sees.
    fn named(&self) -> Option<Vec<&'static str>> {
        let seen = |position: &&usize| self.owner_sees(**position);
        let list = self.connections.as_ref()?.iter().filter(seen);
        Some(list.map(|position| IDS[*position]).collect())
    }

    fn visible(&self) -> BTreeSet<String> {
        let named =
            |position: &usize| self.connections.as_ref().is_none_or(|list| list.contains(position));
        let visible = (0..IDS.len())
            .filter(named)
            .filter(|position| self.label == 0 || is_selected(self.label, *position))
            .filter(|position| self.owner_sees(*position));
        visible.map(|position| IDS[position].to_owned()).collect()
    }
}

fn is_selected(label: usize, position: usize) -> bool {
    match label {
        1 => SITES[position] == "graz",
        2 => SITES[position] != "wien",
        4 => SITES[position] != "graz",
        _ => false,
    }
}

#[tokio::test]
async fn tokens_show_the_same_everywhere() {
    let (api, admin) = start().await;
    let password = haltere_app::testing::TestApp::PASSWORD;
    let boss = json!({"username": "boss", "password": password, "roles": ["admin"]});
    assert_eq!(admin.post("/api/user-management/users", boss.clone()).await.status, 200);
    let mut runner = TestRunner::deterministic();
    for n in 0..30 {
        let token = limited_tokens().new_tree(&mut runner).expect("a scenario").current();
        if let Some((positions, label)) = &token.group {
            let ids: Vec<_> = positions.iter().map(|position| IDS[*position]).collect();
            let body = json!({
                "name": "team", "role": "admin", "users": ["boss"],
                "connections": ids, "label": LABELS[*label],
            });
            assert_eq!(admin.post(GROUPS, body).await.status, 200);
        }
        let until = api.app.app.clock().now() + Duration::from_hours(1);
        let mut body = json!({
            "name": format!("t{n}"), "role": token.role.as_str(), "validUntil": until.to_string(),
        });
        if token.label > 0 {
            body["labels"] = json!(LABELS[token.label]);
        }
        if let Some(named) = token.named() {
            body["connections"] = json!(named);
        }
        let login = api.anonymous().post("/auth", boss.clone()).await;
        let cookie = login.header("set-cookie").and_then(|it| it.split(';').next());
        let owner = api.with_cookie(cookie.expect("a cookie"));
        let created = owner.post("/api/tokens", body).await;
        if token.named().is_some_and(|named| named.is_empty()) {
            assert_eq!(created.status, 400, "{}", created.text);
        } else {
            assert_eq!(created.status, 200, "{token:?}: {}", created.text);
            let client = api.with_bearer(created.json()["token"].as_str().expect("a secret"));
            token_shows(&client, &token).await;
        }
        if token.group.is_some() {
            assert_eq!(admin.delete(&format!("{GROUPS}/team")).await.status, 200);
        }
    }
}

async fn token_shows(client: &Client, token: &LimitedToken) {
    let (visible, manages) = (&token.visible(), MANAGERS.contains(&token.role));
    let what = format!("{token:?}");
    for path in [LIST, "/api/connections?limit=9", "/api/connections?q=mqtt"] {
        assert_eq!(&ids(&client.get(path).await.json()), visible, "{what}: {path}");
    }
    for id in IDS {
        let expected = if visible.contains(id) { 200 } else { 404 };
        for below in ["", "/history", "/certificates", "/advice"] {
            let response = client.get(&format!("{LIST}/{id}{below}")).await;
            assert_eq!(response.status, expected, "{what}: {id}{below}");
        }
    }
    let export = client.get("/api/connection-export").await;
    assert_eq!(export.status == 200, manages, "{what}: {}", export.text);
    if manages {
        let exported: Value = serde_json::from_str(&export.text).expect("JSON");
        assert_eq!(&ids(&exported["connections"]), visible, "{what}: export");
    }
    let (complete, _) = Events::open(client, None).await.next().await.expect("an event");
    assert_eq!(&ids(&complete["changed"]), visible, "{what}: events");
    for entry in client.get("/api/activity?limit=100").await.json().as_array().expect("a list") {
        if let Some(id) = entry["connection"].as_str() {
            assert!(visible.contains(id), "{what}: {entry}");
        }
    }
}

fn team(label: &str, role: &str, connections: &[&str]) -> Value {
    json!({"name": "team", "role": role, "users": ["viewer"], "connections": connections, "label": label})
}

#[tokio::test]
async fn open_streams_follow_groups_labels_and_roles() {
    let (api, admin) = start().await;
    let viewer = api.role(Role::Viewer).await;
    let mut events = Events::open(&viewer, None).await;
    let (all, id_of_all) = events.next().await.expect("an event");
    assert_eq!(ids(&all["changed"]).len(), 6);

    // The stream of a user who loses something ends; the session goes on.
    assert_eq!(admin.post(GROUPS, team("site=wien", "viewer", &["a"])).await.status, 200);
    assert_eq!(viewer.get(LIST).await.ids(), ["a", "d", "e"], "at once");
    let mut left = BTreeSet::new();
    while let Some((event, _)) = events.next().await {
        left = ids(&event["changed"]);
    }
    assert!(left.is_empty() || left.len() == 3 || left.len() == 6, "{left:?}");

    // What such a client knew is not what it may know.
    let mut events = Events::open(&viewer, Some(&id_of_all)).await;
    let (some, id_of_some) = events.next().await.expect("an event");
    assert_eq!(some["complete"], json!(true));
    assert_eq!(ids(&some["changed"]), ["a", "d", "e"].map(str::to_owned).into());

    // Events of others don't come; labels bring and take connections.
    admin.patch("/api/connections/b", json!({"name": "renamed"})).await;
    admin.patch("/api/connections/f", json!({"labels": {"site": "wien"}})).await;
    let (more, _) = events.until(|event| !ids(&event["changed"]).is_empty()).await;
    assert_eq!(ids(&more["changed"]), ["a", "d", "e", "f"].map(str::to_owned).into());
    admin.patch("/api/connections/d", json!({"labels": {"site": "graz"}})).await;
    until("the stream ends", DEADLINE, async || events.next().await.is_none().then_some(())).await;
    let mut events = Events::open(&viewer, Some(&id_of_some)).await;
    let (less, id) = events.next().await.expect("an event");
    assert_eq!(less["complete"], json!(true));
    assert_eq!(ids(&less["changed"]), ["a", "e", "f"].map(str::to_owned).into());
    drop(events);

    // With the same connections, a client goes on where it left off.
    let mut events = Events::open(&viewer, Some(&id)).await;
    admin.patch("/api/connections/e", json!({"name": "new name"})).await;
    let (change, _) = events.next().await.expect("an event");
    assert_eq!((&change["complete"], ids(&change["changed"]).len()), (&json!(false), 1));

    // A group that is gone hides nothing.
    assert_eq!(admin.delete(&format!("{GROUPS}/team")).await.status, 200);
    let (all, _) = events.until(|event| event["complete"] == json!(true)).await;
    assert_eq!(ids(&all["changed"]).len(), 6);
    assert_eq!(viewer.get("/api/profile").await.status, 200);
}

#[tokio::test]
async fn what_another_process_does_to_groups_is_followed() {
    let (api, _admin) = start().await;
    let viewer = api.role(Role::Viewer).await;
    let groups = api.app.groups_of_another_process().await;
    let name = haltere_core::GroupName::parse("team").expect("a name");
    let new = haltere_app::groups::NewGroup {
        users: vec!["viewer".to_owned()],
        connections: vec!["c".to_owned()],
        ..haltere_app::groups::NewGroup::new(name, Role::ConnectionManager)
    };
    groups.add(&haltere_app::Ctx::command_line("cli"), new).await.expect("new");
    until("the list is short", DEADLINE, async || {
        (viewer.get(LIST).await.ids() == ["c"]).then_some(())
    })
    .await;
    assert_eq!(viewer.patch("/api/connections/c", json!({"name": "mine"})).await.status, 200);
}

#[tokio::test]
async fn a_member_creates_connections_in_the_groups_that_allow_it() {
    let (api, admin) = start().await;
    let viewer = api.role(Role::Viewer).await;
    let (url, _port) = closed_port();
    let groups = async || admin.get(GROUPS).await.json();
    for (name, role) in [("watch", "viewer"), ("manage", "connectionManager")] {
        let body = json!({"name": name, "role": role, "users": ["viewer"], "connections": ["a"]});
        assert_eq!(admin.post(GROUPS, body).await.status, 200);
    }
    let created = viewer.post(LIST, connection("new", &url)).await;
    assert_eq!(created.status, 202, "{}", created.text);
    assert_eq!(viewer.get(LIST).await.ids(), ["a", "new"]);
    assert_eq!(groups().await["manage"]["connections"], json!(["a", "new"]));
    assert_eq!(groups().await["watch"]["connections"], json!(["a"]));
    assert_eq!(api.app.audit().await[..2].len(), 2);
    assert!(api.app.audit().await.contains(&"viewer group.update manage success".to_owned()));

    let mut moved = connection("moved", &url);
    moved["disconnected"] = json!(true);
    let file = json!({"format": "haltere-connections", "formatVersion": 1, "connections": [moved]});
    assert_eq!(viewer.post("/api/connection-import", file).await.status, 200);
    assert_eq!(viewer.get(LIST).await.ids(), ["a", "new", "moved"]);
    // One that exists and is hidden stays as it is.
    let taken = viewer.post(LIST, connection("b", &url)).await;
    assert_eq!(taken.status, 403, "{}", taken.text);

    // On this one, the user may only look.
    admin.put(&format!("{GROUPS}/watch"), json!({"connections": ["a", "c"]})).await;
    let refused = viewer.delete("/api/connections/c").await;
    refused.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    assert_eq!(viewer.delete("/api/connections/new?secrets=omit").await.ids(), ["a", "c", "moved"]);
    assert_eq!(groups().await["manage"]["connections"], json!(["a", "moved"]));

    // Without a group that allows it, the user's own roles don't help.
    let manager = json!({"users": ["viewer", "connectionManager"]});
    admin.put(&format!("{GROUPS}/watch"), manager).await;
    let manager = api.role(Role::ConnectionManager).await;
    let refused = manager.post(LIST, connection("x", &url)).await;
    refused.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    assert_eq!(manager.get(LIST).await.ids(), ["a", "c"]);
    assert_eq!(manager.get("/api/connection-export").await.status, 403);
}

#[tokio::test]
async fn the_profile_shows_groups_and_the_roles_they_give() {
    let (api, admin) = start().await;
    for (name, role, connections) in [
        ("one", "viewer", json!(["a", "b"])),
        ("two", "admin", json!(["b"])),
        ("three", "editor", json!([])),
    ] {
        let body =
            json!({"name": name, "role": role, "users": ["viewer"], "connections": connections});
        assert_eq!(admin.post(GROUPS, body).await.status, 200);
    }
    let profile = api.role(Role::Viewer).await.get("/api/profile").await.json();
    assert_eq!(profile["roles"], json!(["viewer"]));
    let shown: Vec<_> = profile["connections"].as_array().unwrap().iter().collect();
    let of = |n: usize| ["id", "role", "isAdmin", "isEditor", "isViewer"].map(|it| &shown[n][it]);
    assert_eq!(of(0), [&json!("a"), &json!("viewer"), &json!(false), &json!(false), &json!(true)]);
    assert_eq!(of(1), [&json!("b"), &json!("admin"), &json!(true), &json!(false), &json!(true)]);
    let added_by = json!({"username": "admin"});
    let group = |name: &str| json!({"name": name, "addedBy": added_by});
    assert_eq!(profile["groups"], json!([group("one"), group("three"), group("two")]));
    let permissions = profile["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("connections.create")));
    assert!(!permissions.contains(&json!("users.list")), "a group gives nothing but connections");
    assert!(admin.get("/api/profile").await.json()["groups"].is_null());
}
