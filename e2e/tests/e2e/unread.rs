//! Clients that send requests and never read, seen from outside: their cost to the process is bounded, and
//! other clients are served meanwhile.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use e2e::{Client, Haltere, Options, admin_password, secret};
use haltere_testkit::Ca;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};

/// Connections, each under a bundle of some 16 KB.
const FLEET: usize = 300;

/// How many clients don't read, for each of [`PATHS`].
const READERS: usize = 40;

/// Each answer has megabytes, but for the short lists.
const PATHS: [&str; 6] = [
    "/api/connections",
    "/api/connections?q=c0",
    "/api/connections?limit=200",
    "/api/connections?secrets=omit",
    "/api/connection-export?secrets=include",
    "/api/events",
];

/// A quarter of the budget, and as much again for connections and what an allocator keeps.
const MEBIBYTES: u64 = 48;

#[tokio::test]
async fn clients_that_never_read_cost_little_and_block_no_other() {
    // On a slow machine this takes longer than a client may read nothing.
    let options = Options::default().expect_complaint("their clients read nothing");
    let mut haltere = options.start().await;
    // The clients that read nothing use up the quota of their address, so the owner has another one.
    let owner = Client::from_address(&haltere.base(), IpAddr::V4(Ipv4Addr::new(127, 0, 30, 1)));
    owner.login("admin", &admin_password()).await;
    import(&owner).await;
    haltere.user("greedy", &["admin"]).await;
    let cookie = log_in(&haltere.anonymous(), "greedy").await;
    for path in &PATHS[..5] {
        // Makes the cached lists once.
        owner.get(path).await.expect_status(200);
    }
    let before = resident(&haltere);
    let mut peak = before;
    let mut unread = Vec::new();
    for path in PATHS {
        for _ in 0..READERS {
            unread.push(ask(&haltere, path, &cookie).await);
        }
        // Each round of responses gives the server time for those that are not read.
        for path in PATHS[..5].iter().cycle().take(20) {
            owner.get(path).await.expect_status(200);
            peak = peak.max(resident(&haltere));
        }
    }
    let more = (peak - before) / 1024;
    println!("{} MiB before, {more} MiB more for {} readers", before / 1024, unread.len());
    assert!(more < MEBIBYTES, "{more} MiB more");
    drop(unread);
    haltere.stop().await;
}

async fn import(admin: &Client) {
    let bundle = |n: usize| (0..24).map(|k| Ca::new(&format!("authority {n} {k}")).pem()).collect();
    let bundles: Vec<String> = (0..5).map(bundle).collect();
    let connection = |n: usize| {
        let bundle = STANDARD.encode(&bundles[n % bundles.len()]);
        json!({
            "id": format!("c{n:04}"), "name": format!("Broker {n}"), "url": "mqtts://127.0.0.1:9",
            "ca": {"data": bundle, "encoding": "base64"}, "disconnected": true,
        })
    };
    let fleet: Vec<Value> = (0..FLEET).map(connection).collect();
    let file = json!({"format": "haltere-connections", "formatVersion": 1, "connections": fleet});
    admin.post("/api/connection-import", &file).await.expect_status(200);
}

/// The cookie of a new session.
async fn log_in(client: &Client, name: &str) -> String {
    let login = json!({"username": name, "password": secret(name)});
    let answer = client.send_raw(Method::POST, "/auth?json=1", login.to_string()).await;
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

/// Sends requests and reads no response.
#[expect(clippy::disallowed_methods, reason = "tests dial their own port")]
async fn ask(haltere: &Haltere, path: &str, cookie: &str) -> TcpStream {
    let base = haltere.base();
    let address: SocketAddr = base.trim_start_matches("http://").parse().expect("an address");
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let mut stream = socket.connect(address).await.expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(request.repeat(20).as_bytes()).await.expect("asked");
    stream
}

/// Resident memory of the process, in KiB.
fn resident(haltere: &Haltere) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", haltere.pid())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
