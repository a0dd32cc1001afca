//! People who are not logged in, and programs that try everything: each is answered, nothing of them
//! stays, and the owner gets in. That memory stays flat under 200,000 of them is measured by
//! `bench/run flood`.

use std::net::{IpAddr, Ipv4Addr};

use e2e::{Client, Haltere};
use futures_util::future::join_all;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, COOKIE};
use serde_json::json;

const CLIENTS: u8 = 6;
const ROUNDS: usize = 12;

#[tokio::test]
async fn a_flood_of_unauthenticated_clients_keeps_no_owner_out() {
    let mut haltere = Haltere::start().await;
    let base = haltere.base();
    let clients = (1..=CLIENTS).map(|n| {
        let address = IpAddr::V4(Ipv4Addr::new(127, 0, 20, n));
        flood(Client::from_address(&base, address), n)
    });
    let owner = async {
        let mut seen = 0;
        while seen < ROUNDS {
            let admin = haltere.admin().await;
            admin.get("/api/connections").await.expect_status(200);
            admin.get("/logout").await.expect_status(302);
            seen += 1;
        }
    };
    tokio::join!(join_all(clients), owner);
    haltere.stop().await;
}

/// Sends invalid requests without a session; each is refused, and none is an error of the server.
async fn flood(client: Client, number: u8) {
    for round in 0..ROUNDS {
        let noise = format!("{number:02x}{round:04x}").repeat(1 + round);
        for path in ["/api/connections", "/api/events", "/api/plugins", "/api/profile"] {
            let cookie = format!("haltere.sid={noise}; other={noise}");
            let request = client.request(Method::GET, path).header(COOKIE, cookie);
            client.send(request.header(AUTHORIZATION, &noise), path).await.expect_status(401);
            client.get(path).await.expect_status(401);
        }
        let path = "/api/connections";
        client.send_raw(Method::POST, path, noise.clone()).await.expect_status(401);
        let login = json!({ "username": noise, "password": noise });
        let answer = client.send_raw(Method::POST, "/auth?json=1", login.to_string()).await;
        assert!(matches!(answer.status, 401 | 429), "{}", answer.text());
        let answer = client.send_raw(Method::POST, "/auth?json=1", "{\"username\":").await;
        assert!(matches!(answer.status, 400 | 429), "{}", answer.text());
        assert_eq!(client.get("/validate-session").await.json(), json!({ "valid": false }));
    }
}
