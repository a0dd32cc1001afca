//! One of the four writers, which write at random until the server dies.

use std::net::IpAddr;
use std::sync::Arc;

use e2e::haltere::admin_password;
use e2e::{Answer, Client, secret};
use haltere_testkit::{Ca, Identity};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::Method;
use serde_json::{Value, json};

use super::ledger::{Expected, Ledger};
use crate::support::pem;

/// Few, so that ids and names are used again and again.
const CONNECTIONS_EACH: u64 = 5;
/// Sessions open at once, over all writers.
const MAX_SESSIONS: usize = 12;

/// What connections are made of.
pub(super) struct Material {
    url: String,
    ca: String,
    identity: Identity,
}

impl Material {
    pub(super) fn new(url: String) -> Self {
        let ca = Ca::new("torture");
        Self { url, ca: ca.pem(), identity: ca.client("torture") }
    }
}

/// Writes to connections of its own, and logs in and out.
pub(super) struct Writer {
    number: u64,
    random: StdRng,
    /// Makes every change a change.
    serial: u64,
    ledger: Arc<Ledger>,
    material: Arc<Material>,
}

/// The server does not answer any more.
struct Dead;

impl Writer {
    pub(super) fn new(
        number: u64,
        seed: u64,
        ledger: Arc<Ledger>,
        material: Arc<Material>,
    ) -> Self {
        // A stream of its own, whatever the others draw.
        let random = StdRng::seed_from_u64(seed.wrapping_add(number + 1));
        Self { number, random, serial: 0, ledger, material }
    }

    pub(super) async fn write_until_the_server_dies(mut self, admin: Client, base: String) -> Self {
        loop {
            let written = if self.random.random_ratio(1, 8) {
                self.use_a_session(&base).await
            } else {
                self.write_a_connection(&admin).await
            };
            if written.is_err() {
                return self;
            }
        }
    }

    async fn write_a_connection(&mut self, admin: &Client) -> Result<(), Dead> {
        let id = format!("{}-{}", self.number, self.random.random_range(0..CONNECTIONS_EACH));
        let path = format!("/api/connections/{id}");
        let Some(is) = self.ledger.connection(&id) else {
            let new = self.connection(&id);
            let body = sent(&new);
            let request = admin.request(Method::POST, "/api/connections").json(&body);
            return self
                .change(admin, &id, "connection.create", Some(new), request, "/api/connections")
                .await;
        };
        match self.random.random_range(0..8) {
            0..=2 => {
                let mut after = is;
                after["name"] = self.name(&id);
                after["credentials"] = self.credentials();
                let changes = json!({ "name": after["name"], "credentials": after["credentials"] });
                let request = admin.request(Method::PATCH, &path).json(&changes);
                self.change(admin, &id, "connection.update", Some(after), request, &path).await
            }
            3 => {
                let mut after = self.connection(&id);
                after["connected"] = is["connected"].clone();
                let request = admin.request(Method::PUT, &path).json(&sent(&after));
                self.change(admin, &id, "connection.update", Some(after), request, &path).await
            }
            4..=5 => {
                let mut after = is;
                let connect = after["connected"] == false;
                after["connected"] = json!(connect);
                let (verb, action) = if connect {
                    ("connect", "connection.connect")
                } else {
                    ("disconnect", "connection.disconnect")
                };
                let path = format!("{path}/{verb}");
                let request = admin.request(Method::POST, &path);
                self.change(admin, &id, action, Some(after), request, &path).await
            }
            _ => {
                let request = admin.request(Method::DELETE, &path);
                self.change(admin, &id, "connection.delete", None, request, &path).await
            }
        }
    }

    async fn change(
        &self,
        admin: &Client,
        id: &str,
        action: &'static str,
        after: Option<Value>,
        request: reqwest::RequestBuilder,
        path: &str,
    ) -> Result<(), Dead> {
        self.ledger.sent(id, action, after);
        let answer = admin.try_send(request, path).await.map_err(|_| Dead)?;
        assert!(matches!(answer.status, 200 | 202), "{action} of {id}: {}", answer.text());
        self.ledger.acknowledged(id, answer.header("x-request-id"));
        Ok(())
    }

    async fn use_a_session(&mut self, base: &str) -> Result<(), Dead> {
        let open = {
            let known = self.ledger.known();
            known.sessions.iter().filter(|(_, expected)| *expected == Expected::Valid).count()
        };
        if open < MAX_SESSIONS && self.random.random_bool(0.6) {
            self.log_in(base).await
        } else {
            self.log_out(base).await
        }
    }

    /// From an address of its own: another login from the same one would only be counted.
    async fn log_in(&mut self, base: &str) -> Result<(), Dead> {
        const PATH: &str = "/auth?json=1";
        let [b, c, d] = self.random.random::<[u8; 3]>().map(|byte| byte.clamp(1, 254));
        let client = Client::from_address(base, IpAddr::from([127, b, c, d]));
        let body = json!({ "username": "admin", "password": admin_password() });
        self.ledger.known().logins_under_way += 1;
        let request = client.request(Method::POST, PATH).json(&body);
        let answer = client.try_send(request, PATH).await.map_err(|_| Dead)?.expect_status(200);
        let mut known = self.ledger.known();
        known.logins_under_way -= 1;
        known.answered.push(("session.login", request_id(&answer)));
        known.sessions.push((client, Expected::Valid));
        Ok(())
    }

    /// Ends one of the open sessions. It is taken off the ledger meanwhile, so that no other writer
    /// ends it too.
    async fn log_out(&mut self, base: &str) -> Result<(), Dead> {
        const PATH: &str = "/logout";
        let session = {
            let mut known = self.ledger.known();
            let open = known.sessions.iter().enumerate();
            let open: Vec<_> = open.filter(|(_, (_, it))| *it == Expected::Valid).collect();
            let Some(place) = open.get(self.random.random_range(0..open.len().max(1))) else {
                return Ok(());
            };
            let place = place.0;
            known.logouts_under_way += 1;
            known.sessions[place].1 = Expected::Either;
            place
        };
        let client = self.ledger.known().sessions[session].0.at(base);
        let answer = client.try_send(client.request(Method::GET, PATH), PATH).await;
        let answer = answer.map_err(|_| Dead)?.expect_status(302);
        let mut known = self.ledger.known();
        known.logouts_under_way -= 1;
        known.answered.push(("session.logout", request_id(&answer)));
        known.sessions[session].1 = Expected::Ended;
        Ok(())
    }

    /// A connection as it is compared: what is sent, and whether its link is wanted.
    fn connection(&mut self, id: &str) -> Value {
        let Material { url, ca, identity } = &*Arc::clone(&self.material);
        let mut connection = json!({
            "id": id,
            "name": self.name(id),
            "url": url,
            "credentials": self.credentials(),
            "connected": true,
        });
        // Large rows spread over several pages of the database.
        if self.random.random_bool(0.5) {
            connection["ca"] = pem(ca);
            connection["cert"] = pem(&identity.cert_pem);
            connection["key"] = pem(&identity.key_pem);
        }
        connection
    }

    fn name(&mut self, id: &str) -> Value {
        self.serial += 1;
        json!(format!("{id} for the {}th time", self.serial))
    }

    fn credentials(&mut self) -> Value {
        self.serial += 1;
        let purpose = format!("{}-{}", self.number, self.serial);
        json!({ "username": purpose, "password": secret(&purpose) })
    }
}

/// The body for a connection: whether its link is wanted is not part of it.
fn sent(connection: &Value) -> Value {
    let mut body = connection.clone();
    body.as_object_mut().expect("a connection is an object").remove("connected");
    body
}

fn request_id(answer: &Answer) -> String {
    answer.header("x-request-id").to_owned()
}
