//! What one caller holds is not missed by another.

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::{join_all, pending};
use futures_util::{FutureExt, StreamExt, stream};
use haltere_core::Role;
use haltere_core::quota::QuotaBounds;
use haltere_testkit::wait::{DEADLINE, within};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::test_support::{TestApi, closed_port, connection};
use crate::{ApiLimits, ApiOptions};

type Chunk = Result<Bytes, std::io::Error>;

fn request(method: Method, path: &str, body: Body) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    request.header(CONTENT_TYPE, "application/json").body(body).expect("a request")
}

/// Bodies of which the first bytes come, and the end never does.
#[derive(Clone)]
pub(crate) struct Unfinished(Arc<Semaphore>);

impl Unfinished {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    pub(crate) fn body(&self, bytes: usize) -> Body {
        let start = stream::iter([Chunk::Ok(vec![b' '; bytes].into())]);
        let taken = Arc::clone(&self.0);
        let rest = stream::once(async move {
            taken.add_permits(1);
            pending().await
        });
        Body::from_stream(start.chain(rest))
    }

    /// Waits until the start of a body was taken.
    pub(crate) async fn taken(&self) {
        self.0.acquire().await.expect("open").forget();
    }

    /// Drives `requests` until the start of `count` bodies was taken.
    pub(crate) async fn until_taken<T>(
        &self,
        count: u32,
        requests: impl Future<Output = T> + Unpin,
    ) {
        tokio::select! {
            _ = requests => panic!("answered before the end of the body"),
            taken = within("the bodies", DEADLINE, self.0.acquire_many(count)) => {
                taken.expect("open").forget();
            }
        }
    }
}

async fn json_of(response: axum::response::Response) -> Value {
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    serde_json::from_slice(&bytes).expect("JSON")
}

#[tokio::test]
async fn a_refused_caller_is_answered_before_the_body_comes() {
    let api = TestApi::start().await;
    let (admin, viewer, anonymous) =
        (api.admin().await, api.role(Role::Viewer).await, api.anonymous());
    let path = "/api/connections";
    let send = async |client: &crate::test_support::Client| {
        let response = client.open(request(Method::POST, path, Unfinished::new().body(0)));
        within("the response", DEADLINE, response).await.status().as_u16()
    };
    assert_eq!((send(&anonymous).await, send(&viewer).await), (401, 403));
    let plugin = "/api/plugins/connections-rest-api";
    assert_eq!(admin.put(plugin, json!({"enabled": false})).await.status, 200);
    assert_eq!((send(&anonymous).await, send(&admin).await), (401, 404));
}

#[tokio::test]
async fn without_a_session_a_body_is_small() {
    let api = TestApi::start().await;
    let anonymous = api.anonymous();
    let largest = format!("{{\"username\":\"{}\"}}", "x".repeat(16 * 1024 - 15));
    let response = anonymous.text(Method::POST, "/auth?json=1", "application/json", &largest).await;
    assert_eq!(response.status, 401, "{}", response.text);
    for content_type in ["application/json", "application/x-www-form-urlencoded"] {
        let larger = format!("{largest} ");
        let response = anonymous.text(Method::POST, "/auth?json=1", content_type, &larger).await;
        response.is_refusal(413, "INVALID", "the body is larger than 16 KiB");
        assert_eq!(response.header("connection"), Some("close"));
    }
}

#[tokio::test]
async fn bodies_of_unauthenticated_clients_leave_quota_for_users() {
    const KIB: usize = 1024;
    let limits = ApiLimits { body_memory: 8 * KIB * KIB, ..ApiLimits::default() };
    let api = TestApi::start_as(ApiOptions { limits, ..ApiOptions::default() }).await;
    let (admin, anonymous) = (api.admin().await, api.anonymous());
    let (url, _port) = closed_port();
    let bodies = Unfinished::new();
    let send = || anonymous.open(request(Method::POST, "/auth?json=1", bodies.body(16 * KIB)));
    // A quarter of the budget, all of it held while the next ones come.
    let mut held = join_all((0..128).map(|_| send())).boxed();
    bodies.until_taken(128, &mut held).await;
    let refused = within("a refusal", DEADLINE, send()).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key(RETRY_AFTER));
    let refusal = json_of(refused).await;
    assert_eq!(
        (&refusal["code"], &refusal["limit"]),
        (&json!("TOO_MANY_REQUESTS"), &json!("server.max_body_memory"))
    );

    let created = admin.post("/api/connections", connection("a", &url)).await;
    assert_eq!(created.status, 202, "{}", created.text);
    drop(held);
    bodies.until_taken(1, send().boxed()).await;
}

#[tokio::test]
async fn an_import_that_never_arrives_blocks_no_other() {
    let api = TestApi::start().await;
    let (admin, manager) = (api.admin().await, api.role(Role::ConnectionManager).await);
    let path = "/api/connection-import";
    let bodies = Unfinished::new();
    let mut slow = manager.open(request(Method::POST, path, bodies.body(1))).boxed();
    bodies.until_taken(1, &mut slow).await;
    let refused = manager.post(path, json!([])).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["limit"]),
        (409, &json!("limits.imports_per_user"))
    );
    assert!(refused.headers.contains_key(RETRY_AFTER));
    let response = within("the import", DEADLINE, admin.post(path, json!([]))).await;
    assert_eq!(response.status, 200, "{}", response.text);
}

#[tokio::test]
async fn a_users_streams_block_no_other_user() {
    let limits =
        ApiLimits { streams: QuotaBounds { all: 9, user: 3, network: 6 }, ..ApiLimits::default() };
    let api = TestApi::start_as(ApiOptions { limits, ..ApiOptions::default() }).await;
    let (admin, viewer) = (api.admin().await, api.role(Role::Viewer).await);
    let open = async |client: &crate::test_support::Client| {
        client.open(request(Method::GET, "/api/events", Body::empty())).await
    };
    let mut streams = Vec::new();
    for _ in 0..3 {
        streams.push(open(&viewer).await);
    }
    assert!(streams.iter().all(|stream| stream.status() == 200));
    let refused = open(&viewer).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key(RETRY_AFTER));
    assert_eq!(json_of(refused).await["limit"], "limits.streams_per_user");
    assert_eq!(open(&admin).await.status(), 200);
    streams.pop();
    assert_eq!(open(&viewer).await.status(), 200);
}
