//! `POST /api/connections`

use axum::extract::State;
use axum::response::Response;
use haltere_app::connections::{CreateError, CreateOutcome};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::secrets::SecretsQuery;
use super::{pieces, single};
use crate::error::{ApiError, ErrorBody, ErrorCode, messages, to_json};
use crate::extract::{JsonBody, Query, RequestContext};
use crate::limits::holder;
use crate::state::ApiState;
use crate::wire::connection::WireConnection;
use crate::wire::connection_input::ConnectionInput;

impl From<CreateError> for ApiError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::NotAllowed(refusal) => refusal.into(),
            CreateError::Invalid(invalid) => invalid.into(),
            CreateError::AlreadyExists => Self::not_allowed(messages::SAME_NAME_AND_ID),
            CreateError::NameOrIdTaken => Self::not_allowed(messages::SAME_NAME_OR_ID),
            CreateError::OutsideScope(outside) => outside.into(),
            CreateError::LimitReached => Self::not_allowed(messages::TOO_MANY_CONNECTIONS),
            CreateError::BudgetReached => Self::over_budget(),
            CreateError::Unreadable { reason } => {
                tracing::warn!(
                    %reason,
                    "failed to create a connection: the stored one can't be read"
                );
                // A rule that the management center for Mosquitto answers with 500; not an internal error.
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Self::new(status, ErrorCode::NotAllowed, messages::WITHOUT_STATUS)
            }
            CreateError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// Stored, but not connected: the response 202.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Accepted<'a> {
    code: AcceptedCode,
    /// `Connection created but could not connect. Reason "<error message>"`
    message: String,
    /// Always `true`.
    successful: bool,
    connection: WireConnection<'a>,
}

/// The code of the response 202.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum AcceptedCode {
    Accepted,
}

/// Create a connection
///
/// Stores the connection, connects to the broker and waits for the first outcome, at most the connect
/// time-out (5 s by default). haltere keeps trying to connect a stored one.
///
/// If the id and the name belong to one stored connection whose last attempt failed, that connection
/// is overwritten and tried again. This is how to repair a misconfigured connection.
#[utoipa::path(
    post,
    path = "/api/connections",
    operation_id = "create_connection",
    tag = "Connections",
    params(SecretsQuery),
    request_body(content = ConnectionInput, content_type = "application/json"),
    responses(
        (status = 200, description = "Stored and connected: all connections", body = [WireConnection],
            example = json!([{
                "id": "mosquitto-dev", "name": "Development Server", "url": "mqtt://broker.example:1883",
                "status": {"connected": true, "timestamp": 1_795_412_400_123_i64, "state": "online"},
            }])),
        (status = 202, description = "Stored, but the first attempt to connect failed; haltere keeps trying", body = Accepted,
            example = json!({
                "code": "ACCEPTED",
                "message": "Connection created but could not connect. Reason \"10.0.0.7 port 1883 refused the connection\"",
                "successful": true,
                "connection": {
                    "id": "mosquitto-dev", "name": "Development Server", "url": "mqtt://10.0.0.7:1883",
                    "status": {
                        "connected": false, "timestamp": 1_795_412_400_123_i64,
                        "error": {"code": "ECONNREFUSED", "errno": -111, "syscall": "connect", "address": "10.0.0.7", "port": 1883,
                            "message": "10.0.0.7 port 1883 refused the connection", "stage": "tcp"},
                        "state": "waiting", "attempt": 1, "nextAttempt": 1_795_412_400_623_i64,
                    },
                },
            })),
        (status = 400, description = "Invalid body; the message names the field. Nothing was stored", body = ErrorBody,
            example = json!({"code": "INVALID", "message": "url: port 70000 is out of range"})),
        (status = 403, description = "Insufficient role, or a rule forbids it", body = ErrorBody,
            examples(
                ("sameNameAndId" = (summary = "Id and name belong to one connection, which did not fail", value = json!({"code": "NOT_ALLOWED", "message": "Connection with the same name/id already exists"}))),
                ("sameNameOrId" = (summary = "Only one of the two is taken", value = json!({"code": "NOT_ALLOWED", "message": "Connection with either the same name or id already exists"}))),
                ("size" = (summary = "All connections hold as much as connections.material_budget allows", value = json!({"code": "NOT_ALLOWED", "message": "Maximum size of all connections reached", "limit": "connections.material_budget"}))),
                ("limit" = (summary = "The configured limit is reached", value = json!({"code": "NOT_ALLOWED", "message": "Maximum number of connections reached"}))),
            )),
        (status = 500, description = "Internal error, or the stored connection with this id and name can't be read", body = ErrorBody,
            examples(
                ("withoutStatus" = (summary = "The stored connection can't be read", value = json!({"code": "NOT_ALLOWED", "message": "Connection already exists but status of the connection not found. Config file might be malformed"}))),
            )),
    ),
)]
pub(crate) async fn handler(
    State(state): State<ApiState>,
    context: RequestContext,
    Query(query): Query<SecretsQuery>,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    let wanted = query.wanted();
    let new = ConnectionInput::read(body)?.into_new()?;
    let created = state.app.connections().create(&context, new, wanted).await?;
    Ok(match created.outcome {
        CreateOutcome::Connected => {
            pieces::list(&state, &holder::of_context(&context), created.all)
        }
        CreateOutcome::Failed(reason) => {
            let message = format!("Connection created but could not connect. Reason \"{reason}\"");
            single::about(StatusCode::ACCEPTED, created.connection, |connection| {
                to_json(&Accepted {
                    code: AcceptedCode::Accepted,
                    message,
                    successful: true,
                    connection: connection.into(),
                })
            })
        }
    })
}

#[cfg(test)]
mod tests {
    use haltere_core::Role;
    use haltere_testkit::{Ca, Listener, Mosquitto};
    use serde_json::{Value, json};

    use crate::test_support::{TestApi, closed_port, connection, encoded};

    const PATH: &str = "/api/connections";
    const SAME: &str = "Connection with the same name/id already exists";
    const EITHER: &str = "Connection with either the same name or id already exists";

    #[tokio::test]
    async fn a_key_in_a_form_of_another_program_is_named_however_it_comes() {
        let api = TestApi::start().await;
        let (admin, (url, _port)) = (api.admin().await, closed_port());
        let certificate = Ca::new("factory").pem();
        let putty = "PuTTY-User-Key-File-3: ssh-rsa\r\nEncryption: none\r\nPublic-Lines: 6\r\n";
        let forms = [
            json!(putty),
            encoded(putty),
            json!({"data": putty}),
            json!({"data": putty, "encoding": "base64"}),
            json!({"data": putty, "encoding": "utf8"}),
        ];
        for form in forms {
            for field in ["key", "cert", "ca"] {
                let mut body = connection("a", &url);
                if field == "key" {
                    body["cert"] = encoded(&certificate);
                }
                body[field] = form.clone();
                let refused = admin.post(PATH, body).await;
                assert_eq!(refused.status, 400, "{}", refused.text);
                assert!(refused.text.contains("a PuTTY private key"), "{form}: {}", refused.text);
                let converts = refused.text.contains("puttygen key.ppk -O private-openssh");
                assert!(converts, "{field}, {form}: {}", refused.text);
            }
        }
    }

    #[tokio::test]
    async fn the_client_id_of_a_link_is_taken_also_when_haltere_made_it() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let admin = api.admin().await;
        assert_eq!(admin.post(PATH, connection("same", &broker.url())).await.status, 200);
        let log = broker.log();
        let mut ids = log.lines().filter_map(|line| line.split_once(" as ")?.1.split(' ').next());
        let used = ids.find(|id| id.starts_with("haltere"));
        let used = used.expect("a generated client id");
        let mut clash = connection("clash", &broker.url());
        let fine = admin.post(PATH, clash.clone()).await;
        assert_eq!(fine.status, 200, "{}", fine.text);
        clash["credentials"] = json!({ "clientId": used });
        let mut third = clash.clone();
        (third["id"], third["name"]) = (json!("third"), json!("third"));
        let one = format!("{PATH}/clash");
        for refused in [
            admin.post(PATH, third.clone()).await,
            admin.put(&one, clash.clone()).await,
            admin.patch(&one, json!({"credentials": {"clientId": used}})).await,
            admin.post("/api/connection-import", json!([third])).await,
        ] {
            assert_eq!(refused.status, 400, "{}", refused.text);
            let names = refused.text.contains("credentials.clientId: the connection")
                && refused.text.contains("(id \\\"same\\\")");
            assert!(names, "{}", refused.text);
        }
        assert!(!broker.log().contains("already connected"), "{}", broker.log());
    }

    #[tokio::test]
    async fn a_live_broker_is_stored_and_connected() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post(PATH, connection("dead", &url)).await.status, 202);
        let response = admin.post(PATH, connection("live", &broker.url())).await;
        assert_eq!(
            (response.status.as_u16(), response.ids()),
            (200, vec!["dead".into(), "live".into()])
        );
        let status = &response.json()[1]["status"];
        assert_eq!((&status["connected"], &status["state"]), (&json!(true), &json!("online")));
        assert!(status["timestamp"].is_i64() && status.get("error").is_none(), "{status}");
    }

    #[tokio::test]
    async fn a_dead_broker_is_stored_and_said_why() {
        let api = TestApi::start().await;
        let (url, port) = closed_port();
        let response = api.admin().await.post(PATH, connection("dead", &url)).await;
        assert_eq!(response.status, 202);
        let body = response.json();
        assert_eq!((&body["code"], &body["successful"]), (&json!("ACCEPTED"), &json!(true)));
        let status = &body["connection"]["status"];
        let reason = status["error"]["message"].as_str().expect("a message");
        let message = format!("Connection created but could not connect. Reason \"{reason}\"");
        assert_eq!(body["message"], json!(message));
        let error = &status["error"];
        assert_eq!(error["code"], "ECONNREFUSED");
        assert_eq!((&error["errno"], &error["syscall"]), (&json!(-111), &json!("connect")));
        assert_eq!(
            (&error["address"], &error["port"]),
            (&json!("127.0.0.1"), &json!(port.address().port()))
        );
        assert_eq!(status["connected"], false);
    }

    #[tokio::test]
    async fn names_and_ids_are_unique_and_both_messages_are_to_the_letter() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        let named = |id: &str, name: &str, url: &str| json!({"id": id, "name": name, "url": url});
        assert_eq!(admin.post(PATH, named("a", "A", &broker.url())).await.status, 200);
        assert_eq!(admin.post(PATH, named("b", "B", &url)).await.status, 202);
        let before = admin.get(PATH).await.ids();
        for (id, name, message) in [
            ("a", "A", SAME),
            ("a", "X", EITHER),
            ("x", "A", EITHER),
            ("a", "B", EITHER),
            ("x", "  B ", EITHER),
        ] {
            let response = admin.post(PATH, named(id, name, &broker.url())).await;
            response.is_refusal(403, "NOT_ALLOWED", message);
        }
        // Case-sensitive, as given.
        assert_eq!(admin.post(PATH, named("A", "a", &broker.url())).await.status, 200);
        assert_eq!(admin.post("/api/connections/a/disconnect", json!({})).await.status, 200);
        let response = admin.post(PATH, named("a", "A", &url)).await;
        response.is_refusal(403, "NOT_ALLOWED", SAME);
        assert_eq!(admin.delete("/api/connections/A").await.ids(), before);
    }

    #[tokio::test]
    async fn a_client_id_that_another_one_has_at_the_broker_is_refused_by_name() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        let with = |id: &str| {
            let mut body = connection(id, &url);
            body["credentials"] = json!({"clientId": "press"});
            body
        };
        assert_eq!(admin.post(PATH, with("a")).await.status, 202);
        let why = "credentials.clientId: the connection \"Broker a\" (id \"a\") has it at the same broker, and each would end the other's session";
        admin.post(PATH, with("b")).await.is_refusal(400, "INVALID", why);
        assert_eq!(admin.post(PATH, connection("b", &url)).await.status, 202);
        admin.put("/api/connections/b", with("b")).await.is_refusal(400, "INVALID", why);
        let named = json!({"credentials": {"clientId": "press"}});
        admin.patch("/api/connections/b", named).await.is_refusal(400, "INVALID", why);
        assert!(admin.get("/api/connections/b").await.json().get("credentials").is_none());
    }

    #[tokio::test]
    async fn a_second_post_overwrites_a_connection_that_failed() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post(PATH, connection("a", &url)).await.status, 202);
        assert_eq!(admin.post(PATH, connection("a", &url)).await.status, 202, "still wrong");
        let overwritten = admin.post(PATH, connection("a", &broker.url())).await;
        assert_eq!((overwritten.status.as_u16(), overwritten.ids()), (200, vec!["a".to_owned()]));
        assert_eq!(overwritten.json()[0]["url"], json!(broker.url()));
        let again = admin.post(PATH, connection("a", &broker.url())).await;
        again.is_refusal(403, "NOT_ALLOWED", SAME);
    }

    #[tokio::test]
    async fn there_is_a_limit() {
        let api = TestApi::start_with(|config| config.settings.connections_max = 1).await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        assert_eq!(admin.post(PATH, connection("a", &url)).await.status, 202);
        let response = admin.post(PATH, connection("b", &url)).await;
        response.is_refusal(403, "NOT_ALLOWED", "Maximum number of connections reached");
        assert_eq!(
            admin.post(PATH, connection("a", &url)).await.status,
            202,
            "overwriting adds none"
        );
    }

    #[tokio::test]
    async fn only_admin_and_connection_manager_may() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        for role in [Role::Editor, Role::Viewer, Role::MonitoringViewer] {
            // The role goes before the body.
            let response = api.role(role).await.post(PATH, json!([])).await;
            response.is_refusal(403, "NOT_ALLOWED", "Not allowed");
        }
        let response = api.anonymous().post(PATH, connection("a", &url)).await;
        response.is_refusal(401, "UNAUTHORIZED", "Unauthorized");
        let manager = api.role(Role::ConnectionManager).await;
        assert_eq!(manager.post(PATH, connection("a", &url)).await.status, 202);
    }

    #[tokio::test]
    async fn example_bodies_of_the_management_center_are_taken_as_printed() {
        let ca = Ca::new("factory");
        let server = ca.server(&["localhost", "127.0.0.1"]);
        let listener = Listener::tls(&server).require_certificate(&ca.pem());
        let broker =
            Mosquitto::builder().listener(listener).user("admin", "adminpassword").start().await;
        let client = ca.client("haltere");
        let printed = |pem: &str| {
            let mut value = encoded(pem);
            let fields = value.as_object_mut().expect("an object");
            let encoding = fields.remove("encoding").expect("there");
            fields.insert("endoding".to_owned(), encoding);
            value
        };
        let body = json!({
            "id": "mosquitto-dev", "name": "Development Server", "url": broker.url(),
            "credentials": {"username": "admin", "password": "adminpassword"},
            "ca": printed(&ca.pem()), "cert": printed(&client.cert_pem), "key": printed(&client.key_pem),
            "rejectUnauthorized": "true",
            "status": {"connected": "false", "error": {"code": "UNABLE_TO_VERIFY_LEAF_SIGNATURE"}},
        });
        let api = TestApi::start().await;
        let response = api.admin().await.post(PATH, body).await;
        assert_eq!(response.status, 200, "{}", response.text);
        let shown = &response.json()[0];
        assert_eq!(shown["ca"], encoded(&ca.pem()));
        assert_eq!(shown["rejectUnauthorized"], json!(true));
        assert_eq!(shown["status"]["connected"], json!(true));
        assert_eq!(shown["broker"]["tls"]["legacyCertificate"], json!(false));
    }

    #[tokio::test]
    async fn an_id_is_made_when_none_is_given() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let response = api.admin().await.post(PATH, json!({"name": "x", "url": url})).await;
        let id = response.json()["connection"]["id"].as_str().expect("an id").to_owned();
        assert_eq!(uuid::Uuid::parse_str(&id).expect("a UUID").get_version_num(), 7);
    }

    /// Each of these is a 400 that names the field, and leaves everything as it was.
    #[tokio::test]
    async fn bad_bodies_are_refused_by_field_and_change_nothing() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let ca = Ca::new("factory");
        let (one, other) = (ca.client("one"), ca.client("other"));
        let with = |field: &str, value: Value| {
            let mut body = connection("a", "mqtt://localhost");
            body[field] = value;
            body
        };
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!({ "a": deep });
        }
        for (body, message) in [
            (json!(null), "the body must be a JSON object"),
            (json!([]), "the body must be a JSON object"),
            (json!({"name": "n"}), "url: is missing"),
            (json!({"url": "mqtt://h"}), "name: is missing"),
            (with("id", json!(1)), "id: must be a string"),
            (with("id", json!("..")), "id: must not be \".\" or \"..\""),
            (with("id", json!("a\u{7}")), "id: must not contain control characters"),
            (with("name", json!(null)), "name: must be a string"),
            (with("name", json!("  ")), "name: must not be empty"),
            (with("name", json!("x".repeat(129))), "name: must be at most 128 characters long"),
            (with("url", json!(["mqtt://h"])), "url: must be a string"),
            (with("url", json!("mqtt://h:70000")), "url: port 70000 is out of range"),
            (
                with("url", json!("mqtt://u:p@h")),
                "url: must not contain a user name or password; use credentials.username and credentials.password",
            ),
            (with("credentials", json!("u:p")), "credentials: must be an object"),
            (with("credentials", json!({"password": 1})), "credentials.password: must be a string"),
            (
                with("credentials", json!({"password": "hunter2", "clientId": "c"})),
                "credentials.username: is missing; a password needs one",
            ),
            (
                with("credentials", json!({"username": "a\0"})),
                "credentials.username: must not contain the character U+0000",
            ),
            (with("credentials", json!({"user": "a"})), "credentials.user: unknown property"),
            (with("rejectUnauthorized", json!("yes")), "rejectUnauthorized: must be true or false"),
            (with("rejectUnauthorized", json!(null)), "rejectUnauthorized: must be true or false"),
            (with("ca", json!("-----BEGIN")), "ca: must be PEM text, or base64 of it"),
            (with("ca", json!({"data": "!"})), "ca.data: must be base64"),
            (with("ca", deep), "ca.data: is missing"),
            (with("Url", json!("x")), "Url: unknown property"),
        ] {
            admin.post(PATH, body).await.is_refusal(400, "INVALID", message);
        }
        let mut mismatch = with("cert", encoded(&one.cert_pem));
        mismatch["key"] = encoded(&other.key_pem);
        for (body, field) in [
            (mismatch, "key"),
            (with("key", encoded(&one.key_pem)), "cert"),
            (
                with("ca", encoded("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----")),
                "ca",
            ),
            (with("ca", encoded(&one.key_pem)), "ca"),
        ] {
            let response = admin.post(PATH, body).await;
            assert_eq!(response.status, 400, "{}", response.text);
            let message = response.json()["message"].as_str().expect("a message").to_owned();
            assert!(message.starts_with(field), "{message}");
            assert!(!message.contains("MI"), "a certificate is quoted: {message}");
        }
        assert_eq!(admin.get(PATH).await.ids(), [""; 0]);
    }

    /// For programs that have texts of their own.
    #[tokio::test]
    async fn a_fault_of_a_field_has_a_key_with_parameters() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let response = admin.post(PATH, connection("a", "mqtt://h:70000")).await;
        let fault = json!({"key": "portOutOfRange", "params": {"port": "70000"}});
        assert_eq!(response.json()["fault"], fault);
        let mut body = connection("a", "mqtt://h");
        body["ca"] = encoded(
            "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        );
        let fault = json!({"key": "noCertificateBut", "params": {"found": "request"}});
        assert_eq!(admin.post(PATH, body).await.json()["fault"], fault);
        let wrong_type = admin.post(PATH, json!({"name": 1})).await;
        let fault = json!({"key": "notText", "params": {}});
        assert_eq!(wrong_type.json()["fault"], fault);
    }

    #[tokio::test]
    async fn bodies_that_are_no_json_are_refused() {
        let api = TestApi::start().await;
        let admin = api.admin().await;
        let send = |content_type, body| admin.text(http::Method::POST, PATH, content_type, body);
        let twice = r#"{"id":"a","name":"n","url":"mqtt://h","url":"mqtt://i"}"#;
        send("application/json", twice).await.is_refusal(400, "INVALID", "url: is given twice");
        send("application/json", "{").await.is_refusal(
            400,
            "INVALID",
            "malformed JSON at line 1, column 1",
        );
        let nested = "[".repeat(200_000);
        assert_eq!(send("application/json", &nested).await.status, 400);
        send("text/plain", "{}").await.is_refusal(
            415,
            "INVALID",
            "Content-Type: must be application/json",
        );
        let huge = format!("{{\"name\":\"{}\"}}", "x".repeat(1024 * 1024));
        send("application/json", &huge).await.is_refusal(
            413,
            "INVALID",
            "the body is larger than 1 MiB",
        );
        let fits = format!("{{\"nam\":\"{}\"}}", "x".repeat(1000 * 1024));
        assert_eq!(send("application/json", &fits).await.status, 400);
        assert_eq!(admin.get(PATH).await.ids(), [""; 0]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_many_posts_at_once_exactly_one_is_stored() {
        let (api, broker) = (TestApi::start().await, Mosquitto::plain().await);
        let admin = std::sync::Arc::new(api.admin().await);
        for round in 0..100 {
            let (id, name) = (format!("id-{round}"), format!("name {round}"));
            let bodies = (0..4).map(|number| match round % 2 {
                0 => json!({"id": id, "name": format!("{name}-{number}"), "url": broker.url()}),
                _ => json!({"id": format!("{id}-{number}"), "name": name, "url": broker.url()}),
            });
            let posts: Vec<_> = bodies
                .map(|body| {
                    let admin = std::sync::Arc::clone(&admin);
                    tokio::spawn(async move { admin.post(PATH, body).await })
                })
                .collect();
            let mut stored = 0;
            for post in posts {
                let response = post.await.expect("no panic");
                match response.status.as_u16() {
                    200 => stored += 1,
                    403 => response.is_refusal(403, "NOT_ALLOWED", EITHER),
                    _ => panic!("round {round}: {} {}", response.status, response.text),
                }
            }
            assert_eq!(stored, 1, "round {round}");
            let stored = admin.get(&format!("{PATH}?secrets=omit&limit=10000")).await.ids();
            assert_eq!(stored.len(), 1, "round {round}");
            let path = format!("{PATH}/{}", stored[0]);
            assert_eq!(admin.delete(&path).await.ids(), [""; 0]);
        }
    }

    /// A row that no version of haltere writes: a broken disk, a hand in the database.
    #[tokio::test]
    async fn a_stored_connection_that_can_not_be_read_is_shown_refused_and_replaced() {
        let api = TestApi::start().await;
        let (url, _port) = closed_port();
        let admin = api.admin().await;
        let mut body = connection("a", &url);
        body["credentials"] = json!({"username": "u", "password": "hunter2"});
        assert_eq!(admin.post(PATH, body).await.status, 202);
        let mut write = api.app.store.write().await.expect("the store writes");
        let mut rows = write.connections().list().await.expect("rows");
        rows[0].url = "nonsense".to_owned();
        write.connections().update(&rows[0]).await.expect("an update");
        write.commit().await.expect("a commit");
        let api = api.restart().await;

        let admin = api.admin().await;
        let shown = admin.get(PATH).await.json();
        assert_eq!((&shown[0]["url"], shown[0].get("status")), (&json!("nonsense"), None));
        assert_eq!(shown[0]["credentials"], json!({"username": "u"}));
        let response = admin.post(PATH, connection("a", &url)).await;
        response.is_refusal(
            500,
            "NOT_ALLOWED",
            "Connection already exists but status of the connection not found. Config file might be malformed",
        );
        let response = admin.patch("/api/connections/a", json!({"rejectUnauthorized": true})).await;
        assert_eq!((response.status.as_u16(), &response.json()["code"]), (409, &json!("CONFLICT")));
        assert!(response.text.contains("can't be read: url: "), "{}", response.text);
        let error = response.json();
        let why = error["longError"].as_str().expect("the field is named");
        assert!(why.starts_with("url: "), "{why}");
        assert_eq!(error["fault"]["key"], "noScheme", "{error}");
        let response = admin.put("/api/connections/a", connection("a", &url)).await;
        assert_eq!((response.status.as_u16(), &response.json()["url"]), (200, &json!(url)));
    }
}
