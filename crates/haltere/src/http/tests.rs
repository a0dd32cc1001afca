use std::future::pending;

use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;

struct Server {
    address: SocketAddr,
    stop: Stop,
    task: JoinHandle<()>,
}

const PATIENT: Limits = Limits {
    connections: NonZeroUsize::new(100).expect("not zero"),
    header_timeout: Duration::from_mins(1),
};

async fn start(router: Router, limits: Limits) -> Server {
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

async fn get_path(stream: &mut TcpStream, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
}

/// Everything the server says until it closes.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("closed in order");
    text
}

#[tokio::test]
async fn a_client_that_does_not_finish_its_head_is_hung_up_on() {
    let limits = Limits { header_timeout: Duration::from_millis(50), ..PATIENT };
    let server = start(Router::new(), limits).await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.expect("sent");
    let answer = rest(stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    // The same goes for one that says nothing at all.
    assert_eq!(rest(connect(&server).await).await, "");
}

#[tokio::test]
async fn beyond_the_bound_a_connection_waits_for_another_to_end() {
    let limits = Limits { connections: NonZeroUsize::new(1).expect("not zero"), ..PATIENT };
    let server = start(Router::new().route("/", get(async || "hello")), limits).await;
    let mut first = connect(&server).await;
    get_path(&mut first, "/").await;
    let mut byte = [0];
    first.read_exact(&mut byte).await.expect("the first is served");

    let mut second = connect(&server).await;
    get_path(&mut second, "/").await;
    drop(first);
    second.read_exact(&mut byte).await.expect("the second is served once the first is gone");
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
    let server = start(Router::new().route("/slow", get(handler)), PATIENT).await;
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
    let server = start(Router::new().route("/never", get(handler)), PATIENT).await;
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
    let server = start(Router::new().route("/", get(handler)), PATIENT).await;
    let mut stream = connect(&server).await;
    let own = stream.local_addr().expect("an address").to_string();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .expect("sent");
    let answer = rest(stream).await;
    assert!(answer.ends_with(&own), "{answer}");
}
