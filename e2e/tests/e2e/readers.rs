//! Clients that take every slot and do nothing more: they ask, on every route and with every role, and never
//! read, or send a body but for its last byte. The process may allocate only so much, and dies of more.

use std::net::{Ipv4Addr, SocketAddr};

use e2e::contract::Contract;
use e2e::secrets::secret;
use e2e::{Client, Haltere, Options, eventually};
use haltere_testkit::Ca;
use serde_json::json;
use tokio::net::{TcpSocket, TcpStream};

use crate::support::{connection, pem};

/// As many as `server.max_connections` is.
const CLIENTS: usize = 1_024;
/// Each address may hold a quarter of them.
const CLIENTS_PER_ADDRESS: usize = 256;
/// What a reader asks for before it takes anything.
const REQUESTS_AHEAD: usize = 16;
/// The longest body that is accepted without a session.
const ANONYMOUS_BODY: usize = 16 * 1_024;
/// Connections that are there to be listed.
const CONNECTIONS: usize = 400;
/// What the process may allocate, in MiB. A check of a password takes 19 of them.
const MEMORY_MIB: u64 = 128;

#[tokio::test]
async fn unauthenticated_clients_cost_at_most_so_much() {
    let mut haltere = under(MEMORY_MIB).start().await;
    let asking = requests(&[String::new()]);
    let sending =
        format!("POST /auth HTTP/1.1\r\nhost: haltere\r\ncontent-length: {ANONYMOUS_BODY}\r\n\r\n");
    let sending = sending + &"x".repeat(ANONYMOUS_BODY - 1);
    for requests in [asking, vec![sending]] {
        let clients = fill_places(&haltere, &requests).await;
        an_owner_is_served(&haltere).await;
        all_are_ended(&haltere, clients).await;
    }
    haltere.stop().await;
}

#[tokio::test]
async fn readers_of_every_role_cost_at_most_so_much() {
    let mut haltere = under(MEMORY_MIB).start().await;
    fill(&haltere.admin().await).await;
    let mut cookies = vec![cookie(&haltere, "admin", &e2e::admin_password()).await];
    for role in ["viewer", "editor", "connectionManager"] {
        haltere.user(role, &[role]).await;
        cookies.push(cookie(&haltere, role, &secret(role)).await);
    }
    let clients = fill_places(&haltere, &requests(&cookies)).await;
    an_owner_is_served(&haltere).await;
    all_are_ended(&haltere, clients).await;
    haltere.stop().await;
}

/// The process can't allocate more than `mib` and says so by dying.
fn under(mib: u64) -> Options {
    let mut options = Options::default().under(&["prlimit", &format!("--data={}", mib << 20)]);
    let complaints = ["refused too often", "slots were needed", "read nothing", "were rejected"];
    for complaint in complaints {
        options = options.expect_complaint(complaint);
    }
    options.env("HALTERE_SERVER_WRITE_TIMEOUT", "5s").with_broken_brokers()
}

/// Connections whose list is long: certificates, and a status that says why they are down.
async fn fill(admin: &Client) {
    let ca: String = (0..12).map(|number| Ca::new(&format!("Root {number}")).pem()).collect();
    for number in 0..CONNECTIONS {
        let mut body = connection(&format!("c{number}"), "mqtts://127.0.0.1:1");
        body["ca"] = pem(&ca);
        body["disconnected"] = json!(true);
        admin.post("/api/connections", &body).await;
    }
}

/// The cookie of a new session.
async fn cookie(haltere: &Haltere, user: &str, password: &str) -> String {
    let answer = haltere.anonymous().try_login(user, password).await.expect_status(200);
    answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
}

/// For each route and each cookie, what a reader sends before it should read.
fn requests(cookies: &[String]) -> Vec<String> {
    let operations = Contract::committed().operations();
    let pairs = operations
        .iter()
        .flat_map(|operation| cookies.iter().map(move |cookie| (operation, cookie)));
    pairs
        .map(|((it, _), cookie)| request(&it.method, &it.path, cookie).repeat(REQUESTS_AHEAD))
        .collect()
}

/// Opens as many connections as there are slots, and sends one of `requests` on each, in turn.
#[expect(clippy::disallowed_methods, reason = "tests dial their own port")]
async fn fill_places(haltere: &Haltere, requests: &[String]) -> Vec<TcpStream> {
    let server: SocketAddr =
        haltere.base().trim_start_matches("http://").parse().expect("an address");
    let mut clients = Vec::new();
    for (number, request) in requests.iter().cycle().take(CLIENTS).enumerate() {
        let network = u8::try_from(number / CLIENTS_PER_ADDRESS).expect("few addresses");
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("a small buffer");
        socket
            .bind((Ipv4Addr::new(127, 0, 30, 1 + network), 0).into())
            .expect("an address of this machine");
        let client = socket.connect(server).await.expect("a listener");
        // Without waiting for memory: haltere takes no more before an answer is read, or refuses.
        let _sent = client.try_write(request.as_bytes());
        clients.push(client);
    }
    clients
}

fn request(method: &str, path: &str, cookie: &str) -> String {
    // Logging out would end the session of all others.
    let path = if path == "/logout" && !cookie.is_empty() { "/api/connections?q=c" } else { path };
    let path = path.replace("{connectionId}", "c1").replace(['{', '}'], "");
    let method = if method == "DELETE" { "GET" } else { method };
    let body = if method == "GET" { "" } else { "{}" };
    format!(
        "{method} {path} HTTP/1.1\r\nhost: haltere\r\ncookie: {cookie}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Health, a login, a page and a change, from an address of their own.
async fn an_owner_is_served(haltere: &Haltere) {
    let owner = Client::from_address(&haltere.base(), Ipv4Addr::new(127, 0, 31, 1).into());
    owner.get("/healthz").await.expect_status(200);
    owner.login("admin", &e2e::admin_password()).await;
    owner.get("/api/connections").await.expect_status(200);
    let created = owner.post("/api/connections", &connection("owners", "mqtt://127.0.0.1:1")).await;
    assert!(created.status < 300, "{}", created.text());
}

/// Waits until haltere has disconnected all of them.
async fn all_are_ended(haltere: &Haltere, clients: Vec<TcpStream>) {
    let folder = haltere.process().join("fd");
    eventually("haltere has disconnected them", async || {
        let open = std::fs::read_dir(&folder).expect("the process is alive").count();
        (open < 100).then_some(())
    })
    .await;
    drop(clients);
}
