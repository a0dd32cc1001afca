//! Every quota: one user and one address use theirs up, are refused by the name of the limit, and another user
//! at another address is still served.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use futures_util::FutureExt;
use futures_util::future::join_all;
use haltere_app::Ctx;
use haltere_app::sessions::PasswordHashing;
use haltere_app::testing::{TestApp, TestConfig};
use haltere_app::users::{NewUser, Users};
use haltere_core::quota::QuotaBounds;
use haltere_core::{Role, UserName};
use haltere_testkit::Peer;
use haltere_testkit::clock::MockClock;
use haltere_testkit::wait::{DEADLINE, within};
use http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::limits_tests::Unfinished;
use crate::test_support::{Client, TestApi};
use crate::{ApiLimits, ApiOptions, LIMITS, ReservedSlot};

const KIB: usize = 1024;

/// So little that all of it can be taken.
const BOUNDS: QuotaBounds = QuotaBounds { all: 5, user: 2, network: 3 };

async fn start() -> TestApi {
    let scarce = |config: &mut TestConfig| {
        let settings = &mut config.settings;
        settings.tests = BOUNDS;
        settings.sessions.password_checks = 8;
        settings.sessions.throttle.account_burst = 5;
        settings.sessions.throttle.address_burst = 8;
        settings.audit.refusals_per_minute = 1;
        settings.audit.actions_per_hour = 5;
    };
    let limits = ApiLimits {
        body_memory: 4 * KIB * KIB,
        streams: BOUNDS,
        imports: BOUNDS,
        login_slots: 4,
        ..ApiLimits::default()
    };
    TestApi::start_both(scarce, ApiOptions { limits, ..ApiOptions::default() }).await
}

/// New users, logged in, who may do anything.
async fn users<const N: usize>(api: &TestApi) -> [Client; N] {
    let users: &Users = api.app.app.users();
    let mut clients = Vec::new();
    for n in 0..N {
        let name = UserName::parse(&format!("user{n}")).expect("a name");
        let new = NewUser::new(&name, TestApp::PASSWORD, Role::Admin);
        users.add(&Ctx::system("test"), new).await.expect("new");
        let (_, cookie) = log_in(&api.anonymous().at(200), name.as_str()).await;
        clients.push(api.with_cookie(&cookie));
    }
    clients.try_into().unwrap_or_else(|_| unreachable!("as many as asked for"))
}

/// The status of a login, and the cookie.
async fn log_in(client: &Client, name: &str) -> (u16, String) {
    let response = client.post("/auth?json=1", right(name)).await;
    let cookie = response.header("set-cookie").unwrap_or_default();
    (response.status.as_u16(), cookie.split(';').next().unwrap_or_default().to_owned())
}

fn right(name: &str) -> Value {
    json!({"username": name, "password": TestApp::PASSWORD})
}

/// What a client got: something to hold, or a status and the name of a limit.
type Got = Result<Box<dyn Any>, (u16, String)>;

async fn refusal(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    let body: Value = serde_json::from_slice(&bytes).expect("JSON");
    (status, body["limit"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned())
}

/// A response that goes on.
async fn stream(client: &Client, request: Request<Body>) -> Got {
    let response = client.open(request).await;
    if response.status() == 200 { Ok(Box::new(response)) } else { Err(refusal(response).await) }
}

/// A request whose body has begun and does not end.
async fn body(client: &Client, method: &str, path: &str, bytes: usize) -> Got {
    let unfinished = Unfinished::new();
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", "application/json").body(unfinished.body(bytes));
    let client = client.clone();
    let request = request.expect("a request");
    let mut opened = async move { client.open(request).await }.boxed();
    tokio::select! {
        biased;
        response = &mut opened => Err(refusal(response).await),
        () = unfinished.taken() => Ok(Box::new(opened)),
    }
}

/// Takes until refused.
async fn exhaust(
    held: &mut Vec<Box<dyn Any>>,
    take: &impl AsyncFn(&Client) -> Got,
    client: &Client,
) -> (u16, String) {
    loop {
        match within("a response", DEADLINE, take(client)).await {
            Ok(thing) => held.push(thing),
            Err(refusal) => return refusal,
        }
        assert!(held.len() < 100, "there is no end to it");
    }
}

/// `limits` are those of a user, of an address, and the total.
async fn others_are_still_served(
    api: &TestApi,
    limits: [&str; 3],
    take: impl AsyncFn(&Client) -> Got,
) {
    let [hostile, friend, other, rest @ ..] = users::<6>(api).await;
    let mut held = Vec::new();
    let own = |limit: &str| (429, limit.to_owned());
    assert_eq!(exhaust(&mut held, &take, &hostile.at(1)).await, own(limits[0]));
    assert_eq!(exhaust(&mut held, &take, &hostile.at(2)).await, own(limits[0]), "from anywhere");
    assert_eq!(exhaust(&mut held, &take, &friend.at(1)).await, own(limits[1]));
    let others = take(&other.at(9)).await;
    held.push(others.unwrap_or_else(|refusal| panic!("denied: {refusal:?}")));
    let mut last = own("");
    for (client, network) in rest.iter().zip(10..) {
        last = exhaust(&mut held, &take, &client.at(network)).await;
    }
    assert_eq!(last, (503, limits[2].to_owned()));
    drop(held);
    assert!(take(&hostile.at(1)).await.is_ok(), "{}: what was held is given back", limits[2]);
}

/// Starts haltere for one of the things, and notes the limits that are met.
async fn shared(
    seen: &mut BTreeSet<String>,
    limits: [&str; 3],
    take: impl AsyncFn(&Client) -> Got,
) {
    others_are_still_served(&start().await, limits, take).await;
    seen.extend(limits.map(str::to_owned));
}

#[tokio::test]
async fn no_caller_denies_a_shared_thing_to_another_and_each_limit_says_its_name() {
    let mut seen = BTreeSet::new();
    let peer = Peer::silent().await;
    let url = json!({"url": peer.url("mqtt")}).to_string();
    let limits = ["limits.tests_per_user", "limits.tests_per_address", "limits.tests"];
    shared(&mut seen, limits, async |client| {
        let request = Request::post("/api/connection-test")
            .header("content-type", "application/json")
            .header("accept", "text/event-stream")
            .body(Body::from(url.clone()));
        stream(client, request.expect("a request")).await
    })
    .await;

    let limits = ["limits.streams_per_user", "limits.streams_per_address", "limits.streams"];
    shared(&mut seen, limits, async |client| {
        stream(client, Request::get("/api/events").body(Body::empty()).expect("a request")).await
    })
    .await;

    let memory = ["server.max_body_memory"; 3];
    shared(&mut seen, memory, async |client| {
        body(client, "PUT", "/api/profile", KIB * KIB / 2).await
    })
    .await;

    seen.extend(imports().await);
    seen.extend(logins().await);
    seen.extend(reserved_slots().await);
    seen.extend(refusals().await);
    seen.extend(changes().await);

    // With sockets, see the binary; what is not read, see `unread_response_tests`; by the clock, see `extract::body`;
    // what is stored, see `connections::budget_tests`.
    let elsewhere = [
        "server.max_connections_per_address",
        "server.max_response_memory",
        "limits.import_rate",
        "connections.material_budget",
    ];
    let all: BTreeSet<_> = LIMITS.iter().map(|it| (*it).to_owned()).collect();
    let missing: Vec<_> =
        all.difference(&seen).filter(|it| !elsewhere.contains(&it.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?} is not tried here");
}

/// Refused with 409, as everything about one import at a time.
async fn imports() -> Vec<String> {
    let api = start().await;
    let [hostile, friend, other, rest @ ..] = users::<6>(&api).await;
    let take = async |client: &Client| body(client, "POST", "/api/connection-import", 1).await;
    let mut held = Vec::new();
    let mut seen = vec![
        exhaust(&mut held, &take, &hostile.at(1)).await,
        exhaust(&mut held, &take, &friend.at(1)).await,
    ];
    held.push(take(&other.at(9)).await.expect("another user from another address"));
    let mut last = None;
    for (client, network) in rest.iter().zip(10..) {
        last = Some(exhaust(&mut held, &take, &client.at(network)).await);
    }
    seen.extend(last);
    let limits = ["limits.imports_per_user", "limits.imports_per_address", "limits.imports"];
    assert_eq!(seen, limits.map(|limit| (409, limit.to_owned())));
    limits.map(str::to_owned).to_vec()
}

/// Floods of logins, right and wrong.
async fn logins() -> Vec<String> {
    // Long enough that others come meanwhile.
    let slow = PasswordHashing { memory_kib: 16 * 1024, iterations: 8, parallelism: 1 };
    let api = TestApi::start_with(|config| {
        // Failures are forgotten with time, and a busy machine takes long to verify passwords.
        config.clock = Arc::new(MockClock::default());
        let sessions = &mut config.settings.sessions;
        sessions.hashing = slow;
        sessions.password_checks = 8;
        sessions.throttle.account_burst = 5;
        sessions.throttle.address_burst = 8;
    })
    .await;
    let owner = api.anonymous().at(9);
    assert_eq!(log_in(&owner, "admin").await.0, 200);

    // Wrong passwords for the owner's account, and from one address for many.
    let wrong = async |network: u8, name: String| {
        let guess = json!({"username": name, "password": "a guess"});
        api.anonymous().at(network).post("/auth?json=1", guess).await
    };
    let mut seen = BTreeSet::new();
    for n in 0..9 {
        for response in [wrong(1, "admin".to_owned()).await, wrong(2, format!("user{n}")).await] {
            if response.status == 429 {
                seen.insert(response.json()["limit"].as_str().expect("a limit").to_owned());
            }
        }
    }
    assert_eq!(log_in(&owner, "admin").await.0, 200, "from where the owner logged in before");

    // Many logins at once, from three addresses: the right password, and other users' names.
    let flood = (0..60).map(|n| {
        let client = api.anonymous().at(3 + n % 3);
        async move {
            let name = if n % 2 == 0 { "viewer".to_owned() } else { format!("user{n}") };
            let response = client.post("/auth?json=1", right(&name)).await;
            (response.status.as_u16(), response.text)
        }
    });
    let newcomer = api.anonymous().at(77);
    let (flood, editor) = tokio::join!(join_all(flood), log_in(&newcomer, "editor"));
    assert_eq!(editor.0, 200, "from an unknown address");
    let queue_full = flood.iter().filter(|(_, text)| text.contains("\"limits.password_checks\""));
    let queue_full: Vec<_> = queue_full.map(|(status, _)| *status).collect();
    assert!(queue_full.len() > 20 && queue_full.contains(&429), "{queue_full:?}");
    seen.insert("limits.password_checks".to_owned());
    seen.into_iter().collect()
}

/// While all general slots are taken.
async fn reserved_slots() -> Vec<String> {
    let api = start().await;
    let kept = |request: Request<Body>| {
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(ReservedSlot);
        Request::from_parts(parts, body)
    };
    let login = |body: Body| {
        let request = Request::post("/auth?json=1").header("content-type", "application/json");
        kept(request.body(body).expect("a request"))
    };
    let unfinished = Unfinished::new();
    let hostile = api.anonymous().at(1);
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(hostile.open(login(unfinished.body(1))).boxed());
    }
    let mut held = join_all(held).boxed();
    unfinished.until_taken(2, &mut held).await;
    let refused = refusal(hostile.open(login(Body::from(right("admin").to_string()))).await).await;
    assert_eq!(refused, (503, "server.max_connections".to_owned()));
    let owner = api.anonymous().at(9);
    let response = owner.open(login(Body::from(right("admin").to_string()))).await;
    assert_eq!(response.status(), 200, "another address");
    vec![refused.1]
}

/// Of what a role may not do.
async fn refusals() -> Vec<String> {
    let api = start().await;
    let (viewer, editor) = (api.role(Role::Viewer).await, api.role(Role::Editor).await);
    let try_it = async |client: &Client| client.delete("/api/connections/a").await;
    assert_eq!(try_it(&viewer).await.status, 403);
    let response = try_it(&viewer).await;
    assert_eq!(response.status, 429, "{}", response.text);
    assert_eq!(try_it(&editor).await.status, 403, "another user gets the reason");
    vec![response.json()["limit"].as_str().expect("a limit").to_owned()]
}

/// Changes are on record, in a trail that is kept for long.
async fn changes() -> Vec<String> {
    let api = start().await;
    let [one, other] = users(&api).await;
    let switch = async |client: &Client| {
        client.put("/api/plugins/user-profile-edit", json!({"enabled": true})).await
    };
    for _ in 0..5 {
        assert_eq!(switch(&one).await.status, 200);
    }
    let response = switch(&one).await;
    let message = "Too many changes and tests by this user";
    response.is_refusal(429, "TOO_MANY_REQUESTS", message);
    let wait: u64 = response.header("retry-after").expect("a wait").parse().expect("seconds");
    assert!((1..=3_600).contains(&wait), "{wait}");
    assert_eq!(one.get("/api/connections").await.status, 200, "looking goes on");
    assert_eq!(switch(&other).await.status, 200);
    vec![response.json()["limit"].as_str().expect("a limit").to_owned()]
}
