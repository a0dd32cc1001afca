//! `GET /api/connections/{connectionId}/certificates`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::{ConnectionCertificates, PresentedChain};
use haltere_core::ConnectionId;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi_parts::UnknownConnection;
use crate::error::{ApiError, json};
use crate::extract::{PathConnectionId, RequestContext};
use crate::state::ApiState;
use crate::wire::certificate::WireCertificate;
use crate::wire::time;

/// The certificates of a connection, on both sides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectionCertificates)]
pub(crate) struct WireCertificates<'a> {
    /// The certificates that the broker presented last; absent if it has presented none since haltere started or
    /// the connection was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    broker: Option<WireChain<'a>>,
    /// Our client certificate as stored, leaf first, without its key; empty when there is none. It
    /// counts only while the plugin `tls` is on.
    client: Vec<WireCertificate<'a>>,
}

/// The certificates a broker presented.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PresentedChain)]
pub(crate) struct WireChain<'a> {
    #[schema(format = DateTime)]
    presented_at: String,
    /// Whether they were accepted. A broker whose certificate was accepted may have refused ours.
    accepted: bool,
    /// Leaf first; at most 8, and 16 KiB in DER.
    certificates: Vec<WireCertificate<'a>>,
    /// How many more there were.
    left_out: usize,
    /// For each of `certificates`, the ids of other connections whose brokers presented it and were refused, too; at
    /// most 1,000 each. Absent if the certificates were accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    refused_elsewhere: Vec<Vec<&'a str>>,
}

impl<'a> From<&'a ConnectionCertificates> for WireCertificates<'a> {
    fn from(certificates: &'a ConnectionCertificates) -> Self {
        let ConnectionCertificates { broker, refused_elsewhere, client } = certificates;
        let broker = broker.as_ref().map(|chain| WireChain::new(chain, refused_elsewhere));
        Self { broker, client: client.iter().map(WireCertificate::from).collect() }
    }
}

impl<'a> WireChain<'a> {
    fn new(chain: &'a PresentedChain, refused_elsewhere: &'a [Vec<ConnectionId>]) -> Self {
        let PresentedChain { at, accepted, certificates, left_out } = chain;
        let ids = |others: &'a Vec<ConnectionId>| others.iter().map(ConnectionId::as_str).collect();
        Self {
            presented_at: time::rfc3339(*at),
            accepted: *accepted,
            certificates: certificates.iter().map(WireCertificate::from).collect(),
            left_out: *left_out,
            refused_elsewhere: refused_elsewhere.iter().map(ids).collect(),
        }
    }
}

/// Show the certificates of a connection
///
/// The certificates that the broker presented in the last attempt, accepted or refused, and our client certificate.
/// They are not secret: every role that sees the connection sees them.
#[utoipa::path(
    get,
    path = "/api/connections/{connectionId}/certificates",
    operation_id = "get_connection_certificates",
    tag = "Connections",
    params(PathConnectionId),
    responses(
        (status = 200, description = "The certificates on both sides", body = WireCertificates,
            example = json!({
                "broker": {
                    "presentedAt": "2026-11-23T06:00:00Z", "accepted": false, "leftOut": 0,
                    "certificates": [{
                        "subject": "CN=press-4.plant.example", "issuer": "CN=Plant CA",
                        "names": ["press-4.plant.example", "10.0.4.17"],
                        "notBefore": "2026-01-01T00:00:00Z", "notAfter": "2028-04-05T00:00:00Z",
                        "fingerprint": "9B:0C:47:2E:…", "pem": "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n",
                    }],
                    "refusedElsewhere": [["press-5"]],
                },
                "client": [],
            })),
        UnknownConnection,
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    PathConnectionId(id): PathConnectionId,
) -> Result<Response, ApiError> {
    let certificates = state.app.connections().certificates(&context, &id)?;
    Ok(json(StatusCode::OK, &WireCertificates::from(&certificates)))
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use haltere_testkit::wait::{self, DEADLINE};
    use haltere_testkit::{Ca, Listener, Mosquitto};
    use serde_json::{Value, json};

    use crate::test_support::{TestApi, closed_port, connection, encoded};

    const PATH: &str = "/api/connections/a/certificates";

    fn subjects(chain: &Value) -> Vec<&str> {
        let chain = chain.as_array().expect("a list");
        chain.iter().map(|it| it["subject"].as_str().expect("a text")).collect()
    }

    #[tokio::test]
    async fn both_sides_are_shown_whether_the_brokers_was_accepted_or_not() {
        let (root, clients) = (Ca::new("root"), Ca::new("clients"));
        let shown = root.intermediate("middle").server(&["localhost", "127.0.0.1"]);
        let listener = Listener::tls(&shown).require_certificate(&clients.pem());
        let broker = Mosquitto::builder().listener(listener).start().await;
        let api = TestApi::start().await;
        let (admin, viewer) = (api.admin().await, api.role(Role::Viewer).await);

        assert_eq!(
            admin.post("/api/connections", connection("a", &broker.url())).await.status,
            202
        );
        let refused = viewer.get(PATH).await.json();
        assert_eq!(refused["broker"]["accepted"], false);
        assert_eq!(subjects(&refused["broker"]["certificates"]), ["CN=localhost", "CN=middle"]);
        // The CA to trust, whether or not the broker presented its certificate.
        let status = viewer.get("/api/connections").await.json()[0]["status"].take();
        assert_eq!(status["error"]["issuer"], "CN=root");
        assert_eq!((&refused["broker"]["leftOut"], &refused["client"]), (&json!(0), &json!([])));

        // Accepted by us; and then the broker does not accept us.
        let patch = json!({"ca": encoded(&root.pem())});
        assert!(admin.patch("/api/connections/a", patch).await.status.is_success());
        wait::until("the broker's refusal", DEADLINE, async || {
            let now = admin.get("/api/connections/a").await.json();
            let code = now["status"]["error"]["code"].as_str()?.to_owned();
            (code == "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED").then_some(())
        })
        .await;
        assert_eq!(viewer.get(PATH).await.json()["broker"]["accepted"], true);

        let ours = clients.client("haltere at the plant");
        let patch = json!({"cert": encoded(&ours.cert_pem), "key": encoded(&ours.key_pem)});
        assert!(admin.patch("/api/connections/a", patch).await.status.is_success());
        let response = viewer.get(PATH).await;
        assert_eq!(subjects(&response.json()["client"]), ["CN=haltere at the plant"]);
        assert!(!response.text.contains("PRIVATE KEY"));

        // A list has the date, also for callers who don't get the certificate. It is accepted in a request.
        let listed = viewer.get("/api/connections").await.json()[0].clone();
        assert_eq!(listed["certNotAfter"], response.json()["client"][0]["notAfter"]);
        assert!(listed["certNotAfter"].is_string() && listed["cert"].is_null(), "{listed}");
        let same = admin.get("/api/connections/a").await.json();
        assert!(admin.put("/api/connections/a", same).await.status.is_success());
    }

    #[tokio::test]
    async fn a_failure_before_the_certificates_names_no_issuer() {
        let identity = Ca::new("root").server(&["localhost", "127.0.0.1"]);
        let mut broker = Mosquitto::builder().listener(Listener::tls(&identity)).start().await;
        let api = TestApi::start().await;
        let admin = api.admin().await;
        admin.post("/api/connections", connection("a", &broker.url())).await;
        let error = async || admin.get("/api/connections/a").await.json()["status"]["error"].take();
        let refused = error().await;
        assert_eq!(refused["issuer"], "CN=root");

        broker.stop().await;
        let hangs_up = tokio::net::TcpListener::bind(broker.address()).await.expect("the address");
        tokio::spawn(async move { while hangs_up.accept().await.is_ok() {} });
        admin.post("/api/connections/a/connect", json!({})).await;
        let hung_up = wait::until("another failure", DEADLINE, async || {
            let error = error().await;
            (error["stage"] == "tls" && error["code"] != refused["code"]).then_some(error)
        })
        .await;
        assert_eq!(hung_up["issuer"], Value::Null, "{hung_up}");
    }

    #[tokio::test]
    async fn a_refused_certificate_names_the_other_connections_that_it_fails() {
        let (root, other_root) = (Ca::new("root"), Ca::new("other"));
        let start = async |ca: &Ca| {
            let identity = ca.intermediate("middle").server(&["localhost", "127.0.0.1"]);
            Mosquitto::builder().listener(Listener::tls(&identity)).start().await
        };
        let (shared, other) = (start(&root).await, start(&other_root).await);
        let api = TestApi::start().await;
        let admin = api.admin().await;
        for (id, broker) in [("a", &shared), ("b", &shared), ("c", &other)] {
            let created = admin.post("/api/connections", connection(id, &broker.url())).await;
            assert_eq!(created.status, 202, "{}", created.text);
        }
        let broker = admin.get(PATH).await.json()["broker"].take();
        assert_eq!(broker["refusedElsewhere"], json!([["b"], ["b"]]));
        let alone = admin.get("/api/connections/c/certificates").await.json()["broker"].take();
        assert_eq!(alone["refusedElsewhere"], json!([[], []]));

        // Trusted there, and so no longer refused.
        let patch = json!({"ca": encoded(&root.pem())});
        assert!(admin.patch("/api/connections/b", patch).await.status.is_success());
        wait::until("the other link to be up", DEADLINE, async || {
            let now = admin.get("/api/connections/b").await.json();
            (now["status"]["connected"] == true).then_some(())
        })
        .await;
        assert_eq!(admin.get(PATH).await.json()["broker"]["refusedElsewhere"], json!([[], []]));
        let accepted = admin.get("/api/connections/b/certificates").await.json();
        assert_eq!(accepted["broker"].get("refusedElsewhere"), None);
    }

    #[tokio::test]
    async fn a_broker_never_met_and_another_broker_show_nothing() {
        let identity = Ca::new("root").server(&["localhost"]);
        let broker = Mosquitto::builder().listener(Listener::tls(&identity)).start().await;
        let api = TestApi::start().await;
        let admin = api.admin().await;
        admin.get(PATH).await.is_refusal(404, "NOT_FOUND", "Connection not found");
        admin.post("/api/connections", connection("a", &broker.url())).await;
        assert!(admin.get(PATH).await.json()["broker"].is_object());
        let (url, _port) = closed_port();
        let moved = admin.patch("/api/connections/a", json!({ "url": url })).await;
        assert!(moved.status.is_success(), "{}", moved.text);
        wait::until("the other broker's chain to be forgotten", DEADLINE, async || {
            (admin.get(PATH).await.json() == json!({"client": []})).then_some(())
        })
        .await;
        let monitoring = api.role(Role::MonitoringViewer).await;
        monitoring.get(PATH).await.is_refusal(403, "NOT_ALLOWED", "Not allowed");
    }
}
