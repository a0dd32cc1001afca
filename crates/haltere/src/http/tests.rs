use std::convert::Infallible;
use std::future::pending;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::response::Response;
use axum::routing::get;
use futures_util::StreamExt as _;
use haltere_testkit::wait;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;

struct Server {
    address: SocketAddr,
    stop: Stop,
    task: JoinHandle<()>,
}

/// With so many slots.
fn patient(slots: usize) -> HttpLimits {
    let limits = SlotLimits::new(NonZeroUsize::new(slots).expect("not zero"), None);
    let minute = Duration::from_mins(1);
    let slots = SlotPool::new(limits, Vec::new());
    HttpLimits { slots, header_timeout: minute, write_timeout: minute }
}

async fn start(router: Router, limits: HttpLimits) -> Server {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let stop = Stop::default();
    let task = tokio::spawn(serve(listener, router, limits, None, stop.clone()));
    Server { address, stop, task }
}

#[expect(clippy::disallowed_methods, reason = "a test's own client")]
async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address).await.expect("connected")
}

/// Waits until the slots are as they should be.
async fn until(slots: &SlotPool, is_so: impl Fn(SlotStats) -> bool) {
    let deadline = Duration::from_secs(20);
    wait::until("the slots to be taken or free", deadline, async || {
        is_so(slots.stats()).then_some(())
    })
    .await;
}

async fn get_path(stream: &mut TcpStream, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
}

/// Everything the server sends until it closes.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("closed in order");
    text
}

#[tokio::test]
async fn a_response_has_one_date() {
    let server = start(Router::new(), patient(100)).await;
    let mut stream = connect(&server).await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .expect("sent");
    let answer = rest(stream).await;
    assert_eq!(answer.matches("date: ").count(), 1, "{answer}");
}

#[tokio::test]
async fn an_incomplete_head_times_out() {
    let limits = HttpLimits { header_timeout: Duration::from_millis(50), ..patient(100) };
    let server = start(Router::new(), limits).await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.expect("sent");
    let answer = rest(stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    // So does a client that sends nothing at all.
    assert_eq!(rest(connect(&server).await).await, "");
}

#[tokio::test]
async fn a_response_to_a_request_whose_body_is_unread_closes_the_connection() {
    let routes = Router::new()
        .route("/unread", axum::routing::post(async || "no"))
        .route("/read", axum::routing::post(async |_: Bytes| "yes"));
    let server = start(routes, patient(100)).await;
    for (path, body, closes) in
        [("/unread", "{}", true), ("/unread", "", false), ("/read", "{}", false)]
    {
        let mut stream = connect(&server).await;
        let length = body.len();
        let request =
            format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.expect("sent");
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .expect("sent");
        let answer = rest(stream).await;
        let responses = answer.matches("HTTP/1.1 ").count();
        assert_eq!(responses, if closes { 1 } else { 2 }, "{path}: {answer}");
        assert!(answer.contains("connection: close"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_client_that_sends_everything_before_it_reads_gets_its_answer() {
    let refusal = async || (axum::http::StatusCode::PAYLOAD_TOO_LARGE, "too large");
    let router = Router::new().route("/", axum::routing::post(refusal));
    let server = start(router, patient(100)).await;
    let bytes = 8 << 20;
    let mut stream = connect(&server).await;
    let head = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {bytes}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(&vec![b'x'; bytes]).await.expect("it is read to its end");
    let answer = rest(stream).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.ends_with("too large"), "{answer}");
}

#[tokio::test]
async fn at_the_limit_idle_connections_are_evicted_and_busy_ones_stay() {
    let entered = Arc::new(Notify::new());
    let waiting = {
        let entered = Arc::clone(&entered);
        async move || {
            entered.notify_one();
            pending::<()>().await;
        }
    };
    let router = Router::new().route("/", get(async || "hello")).route("/slow", get(waiting));
    let server = start(router, patient(2)).await;
    let mut busy = connect(&server).await;
    get_path(&mut busy, "/slow").await;
    entered.notified().await;
    let mut idle = connect(&server).await;
    get_path(&mut idle, "/").await;
    let mut byte = [0];
    idle.read_exact(&mut byte).await.expect("the second is served");

    let mut third = connect(&server).await;
    get_path(&mut third, "/slow").await;
    entered.notified().await;
    assert!(rest(idle).await.ends_with("ello"), "its answer was whole");
    let answer = rest(connect(&server).await).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("server.max_connections"));
    drop((busy, third));
}

/// Requests more than the kernel buffers, and reads nothing.
async fn unread(server: &Server, requests: usize) -> TcpStream {
    let mut stream = connect(server).await;
    let request = "GET / HTTP/1.1\r\nhost: x\r\n\r\n".repeat(requests);
    stream.write_all(request.as_bytes()).await.expect("sent");
    stream
}

#[tokio::test]
async fn a_client_that_reads_nothing_loses_its_slot() {
    let large = Bytes::from(vec![b'x'; 32 << 20]);
    let router = Router::new().route("/", get(async move || large));
    let limits = HttpLimits { write_timeout: Duration::from_millis(200), ..patient(10) };
    let slots = limits.slots.clone();
    let server = start(router, limits).await;
    let _readers = [unread(&server, 1).await, unread(&server, 5).await];
    until(&slots, |stats| stats.write_timeouts == 2 && stats.open == 0).await;
}

#[tokio::test]
async fn a_response_is_produced_once_the_one_before_is_read() {
    let made = Arc::new(AtomicUsize::new(0));
    let handler = {
        let made = Arc::clone(&made);
        async move || {
            made.fetch_add(1, Ordering::Relaxed);
            vec![b'x'; 8 << 20]
        }
    };
    let server = start(Router::new().route("/", get(handler)), patient(10)).await;
    let mut stream = unread(&server, 200).await;
    let mut byte = [0];
    stream.read_exact(&mut byte).await.expect("the first is on its way");
    // Serving others gives the server time to produce too much.
    for _ in 0..20 {
        let mut other = unread(&server, 1).await;
        other.read_exact(&mut byte).await.expect("served");
    }
    let ahead = made.load(Ordering::Relaxed) - 20;
    assert!(ahead <= 3, "{ahead} responses were produced for a client that reads none");
}

#[tokio::test]
async fn a_connection_ends_with_the_session_of_what_it_carries() {
    let app = haltere_app::testing::TestApp::start().await;
    let token = app.token(haltere_core::Role::Admin).await;
    let session =
        app.app.sessions().authenticate(token.expose()).await.expect("read").expect("valid");
    let end = session.credential.clone();
    let handler = async move || {
        let chunks = futures_util::stream::repeat(Bytes::from(vec![b'x'; 1 << 20]));
        let mut response = Response::new(Body::from_stream(chunks.map(Ok::<_, Infallible>)));
        response.extensions_mut().insert(haltere_api::CloseWithCredential(end.clone()));
        response
    };
    let limits = patient(10);
    let slots = limits.slots.clone();
    let server = start(Router::new().route("/", get(handler)), limits).await;
    let mut reader = unread(&server, 1).await;
    reader.read_exact(&mut [0]).await.expect("it has begun");
    let origin = haltere_core::Origin { address: None, request_id: String::new() };
    let ctx = haltere_app::Ctx::new(session.caller, origin);
    app.app.sessions().log_out(&ctx).await.expect("logged out");
    // It reads nothing, and is disconnected all the same.
    until(&slots, |stats| stats.open == 0).await;
}

/// From an address of its own.
#[expect(clippy::disallowed_methods, reason = "a test's own client")]
async fn connect_from(server: &Server, network: u8) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from(([127, 0, 0, network], 0))).expect("an address of ours");
    socket.connect(server.address).await.expect("connected")
}

/// The beginning of a login whose body has so many bytes.
fn login(bytes: usize) -> String {
    format!(
        "POST /auth?json=1 HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {bytes}\r\n\r\n"
    )
}

#[tokio::test]
async fn a_user_logs_in_while_others_hold_all_general_slots_and_begin_logins() {
    const SLOTS: usize = 64;
    let app = haltere_app::testing::TestApp::start().await;
    let limits = SlotLimits::new(NonZeroUsize::new(SLOTS).expect("not zero"), None);
    let limits = haltere_api::ApiLimits { login_slots: limits.logins(), ..Default::default() };
    let options = haltere_api::ApiOptions { limits, ..Default::default() };
    let held = get(async || pending::<()>().await);
    let router = Router::new()
        .route("/held", held)
        .fallback_service(haltere_api::router(app.app.clone(), options));
    let limits = patient(SLOTS);
    let slots = limits.slots.clone();
    let server = start(router, limits).await;
    let mut hostile = Vec::new();
    for n in 0..56 {
        let mut stream = connect_from(&server, 2 + n % 4).await;
        get_path(&mut stream, "/held").await;
        hostile.push(stream);
    }
    until(&slots, |stats| stats.open == 56).await;
    // And logins whose body never arrives, on as many connections as they get.
    for n in 0..8 {
        let mut stream = connect_from(&server, 6 + n % 2).await;
        let _ = stream.write_all(login(1_000).as_bytes()).await;
        hostile.push(stream);
    }

    let body = format!(
        r#"{{"username":"admin","password":"{}"}}"#,
        haltere_app::testing::TestApp::PASSWORD
    );
    let mut person = connect_from(&server, 20).await;
    person.write_all((login(body.len()) + &body).as_bytes()).await.expect("sent");
    let answer = rest(person).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let cookie = answer.split("haltere.sid=").nth(1).and_then(|it| it.split(';').next());
    let cookie = cookie.expect("a cookie");
    let mut person = connect_from(&server, 20).await;
    let request = format!(
        "GET /api/profile HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: haltere.sid={cookie}\r\n\r\n"
    );
    person.write_all(request.as_bytes()).await.expect("sent");
    assert!(rest(person).await.starts_with("HTTP/1.1 200"));
    for (path, expected) in
        [("/healthz", "HTTP/1.1 200"), ("/", "HTTP/1.1 200"), ("/api/docs", "HTTP/1.1 503")]
    {
        let mut stream = connect_from(&server, 21).await;
        get_path(&mut stream, path).await;
        let answer = rest(stream).await;
        assert!(answer.starts_with(expected), "{path}: {answer}");
    }
    drop(hostile);
}

#[tokio::test]
async fn an_address_over_its_quota_gets_429() {
    let held = get(async || pending::<()>().await);
    let server = start(Router::new().route("/held", held), patient(64)).await;
    let mut streams = Vec::new();
    let refused = loop {
        let mut stream = connect_from(&server, 2).await;
        // An accepted client receives nothing before it sends a request.
        let mut byte = [0];
        let received = stream.peek(&mut byte);
        if tokio::time::timeout(Duration::from_millis(200), received).await.is_ok() {
            break rest(stream).await;
        }
        get_path(&mut stream, "/held").await;
        streams.push(stream);
    };
    assert!(refused.starts_with("HTTP/1.1 429"), "{refused}");
    assert!(refused.contains(r#""limit":"server.max_connections_per_address""#), "{refused}");
}

#[tokio::test]
async fn an_unauthenticated_client_that_reads_nothing_is_evicted_from_a_reserved_slot() {
    let large = Bytes::from(vec![b'x'; 32 << 20]);
    let held = get(async || pending::<()>().await);
    let router = Router::new().route("/held", held).route("/", get(async move || large));
    let limits = patient(16);
    let slots = limits.slots.clone();
    let server = start(router, limits).await;
    let mut hostile = Vec::new();
    for n in 0..14 {
        let mut stream = connect_from(&server, 2 + n % 2).await;
        get_path(&mut stream, "/held").await;
        hostile.push(stream);
    }
    until(&slots, |stats| stats.open == 14).await;
    for network in [4, 5] {
        let mut stream = connect_from(&server, network).await;
        get_path(&mut stream, "/").await;
        stream.read_exact(&mut [0]).await.expect("it is on its way");
        hostile.push(stream);
    }
    let mut person = connect_from(&server, 6).await;
    get_path(&mut person, "/").await;
    person.read_exact(&mut [0]).await.expect("served");
    assert_eq!(slots.stats().rejected, 0);
    drop(hostile);
}

#[tokio::test]
async fn incomplete_heads_delay_no_other_address() {
    const SLOTS: usize = 1_024;
    let server = start(Router::new().route("/", get(async || "hello")), patient(SLOTS)).await;
    let mut hostile = Vec::new();
    // An address has 256 general slots and 32 reserved ones; one connection more evicts one of its own.
    for _ in 0..600 {
        let mut stream = connect_from(&server, 2).await;
        let _ = stream.write_all(b"G").await;
        hostile.push(stream);
    }
    let health = async {
        for _ in 0..20 {
            let mut stream = connect_from(&server, 3).await;
            get_path(&mut stream, "/").await;
            stream.read_exact(&mut [0]).await.expect("served");
        }
    };
    // Waiting for one of them would take a second.
    tokio::time::timeout(Duration::from_secs(20), health).await.expect("the loop goes on");
    server.stop.soft.cancel();
    server.stop.hard.cancel();
    server.task.await.expect("no panic");
}

#[tokio::test]
async fn a_connection_with_an_incomplete_head_is_evicted() {
    let limits = patient(8);
    let slots = limits.slots.clone();
    let server = start(Router::new().route("/", get(async || "hello")), limits).await;
    let mut hostile = Vec::new();
    for network in 2..=8 {
        let mut stream = connect_from(&server, network).await;
        stream.write_all(b"G").await.expect("sent");
        hostile.push(stream);
    }
    until(&slots, |stats| stats.open == 7).await;
    let mut clients = Vec::new();
    for network in 10..20 {
        let mut stream = connect_from(&server, network).await;
        get_path(&mut stream, "/").await;
        stream.read_exact(&mut [0]).await.expect("served");
        clients.push(stream);
    }
    assert_eq!(slots.stats().rejected, 0);
}

#[tokio::test]
async fn a_long_head_is_refused() {
    let server = start(Router::new(), patient(10)).await;
    let mut stream = connect(&server).await;
    let head =
        format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "x".repeat(connection::MAX_HEAD));
    stream.write_all(head.as_bytes()).await.expect("sent");
    assert!(rest(stream).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn a_soft_stop_closes_idle_connections_and_lets_requests_finish() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
        async move || {
            entered.notify_one();
            leave.notified().await;
            "finished"
        }
    };
    let server = start(Router::new().route("/slow", get(handler)), patient(100)).await;
    let idle = connect(&server).await;
    let mut busy = connect(&server).await;
    get_path(&mut busy, "/slow").await;
    entered.notified().await;

    server.stop.soft.cancel();
    assert_eq!(rest(idle).await, "");
    leave.notify_one();
    assert!(rest(busy).await.ends_with("finished"));
    server.task.await.expect("ended");
}

#[tokio::test]
async fn a_hard_stop_cuts_off_what_does_not_end() {
    let entered = Arc::new(Notify::new());
    let handler = {
        let entered = Arc::clone(&entered);
        async move || {
            entered.notify_one();
            pending::<()>().await;
        }
    };
    let server = start(Router::new().route("/never", get(handler)), patient(100)).await;
    let mut stream = connect(&server).await;
    get_path(&mut stream, "/never").await;
    entered.notified().await;
    server.stop.soft.cancel();
    server.stop.hard.cancel();
    server.task.await.expect("ended");
}

#[tokio::test]
async fn the_handler_knows_the_peer() {
    let handler = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string();
    let server = start(Router::new().route("/", get(handler)), patient(100)).await;
    let mut stream = connect(&server).await;
    let own = stream.local_addr().expect("an address").to_string();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .expect("sent");
    let answer = rest(stream).await;
    assert!(answer.ends_with(&own), "{answer}");
}
